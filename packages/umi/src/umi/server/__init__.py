"""The server: one shell around one store, with a door for each protocol (the extra `server`).

`app` puts it together from `settings`; `running` serves it in one process or several. `services` holds what lives as
long as the process; `auth` tells who calls and what they may; `shell` is what every request goes through; `doors` are
the protocols. See docs/explanation/doors.md.
"""
