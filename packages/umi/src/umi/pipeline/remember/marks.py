"""What is odd about a text: that it tries to give instructions, though its source has no business to.

A web page, a document or a tool's output is something to know about, never someone to obey. Marked texts of untrusted
sources are kept in quarantine until someone has looked at them.

Recipes, manuals and policies give instructions too, to people. So what is looked for is not the imperative but its
addressee or its aim: a model is spoken to, its orders or its role are taken over, something is kept from the user, its
memory is written, or secrets are to leave. How many are found, and how many harmless texts are not, stands in
`docs/explanation/forgetting.md`. It stops the plain ones; whoever knows these patterns can word around them.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, NamedTuple

from umi.domain.entity import Trust
from umi.pipeline.remember.extract.folding import fold
from umi.pipeline.remember.extract.patterns import unwrapped

INSTRUCTION = "instruction"

_MODEL = unwrapped(
    r"""
    (?:(?:(?:ai|autonomous|virtual|digital|language|llm|large language|automated|browsing|reading)[ -]){0,2}
    (?:assistant|agent|model|chatbot|bot)|ai|a\.i\.|llm|copilot|claude|chatgpt|gpt|gemini)s?
    """
)
_ORDERS = unwrapped(
    r"""
    (?:(?:instruction|prompt|directive|guideline|guardrail|protocol)s?|
    rules|commands|orders|messages|restrictions|directions|constraints)
    """
)
_BEFORE = unwrapped(
    r"""
    (?:previous|prior|earlier|above|preceding|original|initial|existing|former|other|system|safety|security|your|
    current|past)
    """
)
_SECRET = unwrapped(
    r"""
    (?:(?:system|hidden|initial|original) prompt|password|secret|api[ -]?key|access token|credential|private key|
    ssh key|session cookie|(?:chat|conversation|message|browsing) (?:history|log)|environment variable|
    (?:entire|whole|full|user's|previous) conversation|(?:user|customer)(?:'s)? (?:data|e-?mail|detail|record))s?
    """
)
_USER = r"(?:the |your |any )(?:users?|human|owner|operator|person|customer)"
_IGNORE = unwrapped(
    r"""
    (?:ignor(?:e|ing)|disregard|forget|override|bypass|discard|set aside|do not follow|don't follow|stop following)
    """
)


class _Way(NamedTuple):
    """One way of taking over. Looking for a few literals first spares most texts the pattern."""

    literals: tuple[str, ...]
    pattern: re.Pattern[str]

    def is_taken(self, text: str) -> bool:
        return any(literal in text for literal in self.literals) and self.pattern.search(text) is not None


def _way(literals: str, pattern: str) -> _Way:
    return _Way(tuple(unwrapped(literals).split("|")), re.compile(unwrapped(f"\n{pattern}").strip()))


_WAYS: Final = (
    _way(  # sets orders aside
        """ignor|disregard|forget|overrid|bypass|discard|set aside|follow|
        previous |prior |above |earlier |original """,
        rf"""
        \b{_IGNORE}(?: \w+){{0,5}}? {_BEFORE}(?:,? (?:and |or )?\w+){{0,2}} {_ORDERS}\b|
        \b{_IGNORE} (?:all|any|every|everything)(?: of)?(?: the| your| these| those)?
        (?: {_ORDERS}| (?:you (?:were|have been|are|were previously) told)|
        (?: said| written)? (?:above|before|previously))\b|
        \b{_IGNORE} your (?:\w+ )?(?:{_ORDERS}|training|programming|safety|policies|persona)\b|
        \b(?:previous|prior|above|earlier|original) {_ORDERS}(?: \w+){{0,2}}
        (?: void| cancell?ed| superseded| revoked| obsolete| suspended| no longer (?:apply|valid))\b
        """,
    ),
    _way(  # brings new orders
        "instruction|directive|prompt|your ",
        rf"""
        \b(?:new|updated|real|actual|hidden|secret|additional|important|special) (?:system )?
        (?:instruction|directive)s?(?: \w+){{0,2}} (?:for|to) (?:the |any |all |every )?(?:\w+ )?{_MODEL}\b|
        (?:^|\n|[.!:>*#\]-] ?)(?:new|updated|real|hidden|secret|system) (?:instructions?|directives?|prompt) ?:|
        \byour (?:new|real|true|actual) (?:task|objective|instructions) (?:is|are|will be)(?: now)? to\b
        """,
    ),
    _way(  # takes over the role
        """ mode|override|assistant|agent|model|bot|admin|root|dan|jailb|restrict| ai|llm|gpt|claude|gemini|copilot|
        from """,
        rf"""
        \b(?:you are|you're|act|behave|respond|pretend) (?:now |as |to be |like )(?:if you (?:were|are) )?
        (?:an? |the |in |my |no longer )?(?:\w+[ -]){{0,3}}
        (?:{_MODEL}|admin(?:istrator)?|root|mode|dan|jailbroken|unrestricted)\b|
        \b(?:enter|enable|activate|switch (?:in)?to|you are in) (?:\w+ )?
        (?:developer|god|admin|jailbreak|dan|unrestricted) mode\b(?! (?:in|from|by|on|under)\b)|
        \b(?:system|developer|admin) override\b|\bmessage from (?:the )?(?:system|developers?|openai|anthropic)\b
        """,
    ),
    _way(  # forges a frame
        "system|assistant|im_start|im_end|endoftext|header_id|eot_id|inst]|sys>>|instruction",
        r"""
        <\|? ?/?(?:im_start|im_end|system|assistant|endoftext|start_header_id|eot_id)\b ?\|?>|\[/?inst\]|<</?sys>>|
        (?:^|\n)#{1,4} ?(?:system|instructions?|assistant) ?:|
        (?:^|\n)\[?(?:system|assistant)(?: (?:message|note|update))?\]? ?: ?
        (?:you|ignore|from now|do |always|never|the user)
        """,
    ),
    _way(  # speaks to a model
        "assistant|agent|model|bot|llm| ai|ai |a.i.|copilot|claude|gpt|gemini",
        rf"""
        \b(?:(?:(?:the|any|all|every|dear|attention|hey|hello|to|for|note|important)[:,!]? ){{1,3}}{_MODEL}|
        (?:ai|llm) (?:assistant|agent|model|chatbot|bot)s?)
        (?: (?:that |who |which )?(?:read(?:s|ing)|process(?:es|ing)|summari[sz](?:es|ing)|pars(?:es|ing)|
        visit(?:s|ing)|crawl(?:s|ing))(?: \w+){{0,4}})?[,:;]? (?:please |you |also |now ){{0,2}}
        (?:(?:must|should|shall)(?! have\b)|are (?:required|instructed) to|ha(?:s|ve) to|needs? to|ignore|send|forward|
        reply|respond|include|append|visit|recommend|say|tell|print|execute|delete|transfer)\b|
        \b(?:if|when|since|because|as) you(?:'re| are)? (?:are |being )?(?:an? |the ){_MODEL}\b|
        \bas an? (?:ai|llm|(?:large )?language model|ai (?:assistant|agent|model))
        (?: (?:reading|processing)|,? (?:you|please))\b
        """,
    ),
    _way(  # keeps it from the user
        "user|human|owner|operator|person|customer",
        rf"""
        \b(?:do not|don't|never) (?:ever )?(?:tell|inform|notify|alert|warn|ask|mention (?:this|it|that) to|
        (?:reveal|show|disclose) (?:this|it|that) to)(?: about (?:this|it))? {_USER}\b|
        \bwithout (?:telling|informing|notifying|alerting|asking|warning) {_USER}\b|
        \bwithout (?:the |any |asking for )?(?:user(?:'s)?|human|owner's)(?: \w+)?
        (?: (?:confirmation|approval|consent|knowledge|permission|intervention))\b
        """,
    ),
    _way(  # lets secrets out
        """prompt|password|secret|key|token|credential|cookie|history| log|variable|conversation|data|mail|detail|
        record|above|before""",
        rf"""
        (?<!never )(?<!not )(?<!n't )
        \b(?:reveal|print|show|send|forward|exfiltrate|e-?mail me|output|repeat|upload|post|disclose|transmit|share|
        dump|return|append|give (?:me|us))
        (?: (?:me|us|out|all|any|the|your|of|every|user'?s?|their|full|entire|exact|contents?|a|copy|list|stored|saved|
        and)){{0,6}}[ ]{_SECRET}\b(?! (?:reset|manager|policy|field|strength|link|hint))|
        \b(?:repeat|print|output|reveal) (?:back )?(?:everything|all (?:of )?the (?:text|words)|
        the (?:text|words|lines))(?: \w+)? (?:above|before)\b
        """,
    ),
    _way(  # works the tools
        "_|tool|plugin|base64|hex|encoded|hidden|rot13",
        r"""
        \b(?:call|invoke|trigger|use) (?:the )?[`'"]?\w+_\w+(?:\(.{0,40}?\))?[`'"]? ?
        (?:tool|to (?:send|delete|transfer|forward|post|share)|with (?:amount|recipient|to|account))\b|
        \b(?:call|invoke) (?:the |your )(?:[\w-]+ ){1,2}(?:tool|plugin) (?:to|with|and|now|immediately)\b|
        \buse (?:the |your )(?:[\w-]+ ){1,2}(?:tool|plugin) to
        (?: send| invite| forward| delete| transfer| e-?mail| post| book| buy)\b|
        \b(?:decode|execute|run) (?:the |this |these )?(?:following |above |below )?
        (?:base64|hex|encoded|hidden|rot13)(?: \w+){0,3} (?:and|then) (?:follow|execute|run|obey|do)\b
        """,
    ),
    _way(  # writes the memory
        "memor|knowledge base|that the user|your ",
        r"""
        \b(?:remember|store|save|add|write|record|note|commit|put)\b[\w ,:'-]{0,60}[ ]
        (?:in|into|to) (?:your|the (?:assistant|agent|model)'?s?) (?:long-term |permanent |persistent )?
        (?:memory|memories|knowledge base)\b|
        \b(?:update|delete|erase|clear|overwrite|wipe) (?:all )?(?:of )?your (?:\w+ )?
        (?:memory|memories|instructions|context)\b|
        \b(?:remember|note|know) that the user
        (?: always| really| has| wants| prefers| trusts| likes| asked| approved| authori[sz]ed)\b
        """,
    ),
    _way(  # dictates the answers
        "from now|from this|from here|ask|summari|queried|questioned|respond|reply|answer|recommend",
        rf"""
        \bfrom (?:now|this point|here) on(?:ward|wards)?,? ?
        (?:you |always |only |never |answer|respond|reply|recommend|all (?:your )?(?:answers|replies|responses))|
        \b(?:when(?:ever)?|if) (?:you are |you're |{_USER} (?:is )?|a user |users? |someone |anyone )?
        (?:asks?|asked|summari[sz]es?|summari[sz]ing|queried|questioned)\b[\w ,'-]{{0,60}},?[ ]
        (?:you (?:must|should|will)|say|answer|reply|respond|recommend|claim|state|insist)\b|
        \b(?:respond|reply|answer) (?:only |always )?with (?:only |exactly )?
        (?:the (?:word|phrase|text|string)\b|['"`])|
        \b(?:you must|always) recommend (?:only )?(?:our|this|buying)\b
        """,
    ),
    _way(  # in another language; as in _plain, without accents
        """ignor|vergiss|missacht|olvid|dimentic|oubliez|esquec|negeer|vergeet|\u0438\u0433\u043d|\u6307|\u5ffd""",
        r"""
        \b(?:ignoriere|vergiss|missachte|ignora|olvida|dimentica|ignorez|oubliez|ignorar|esqueca|negeer|vergeet)
        (?: \w+){0,3} (?:anweisungen|instrucciones|istruzioni|instructions|instrucoes|instructies|consignes|regeln|
        reglas|regole)\b|
        \u0438\u0433\u043d\u043e\u0440\u0438\u0440\w* (?:\w+ ){0,3}\u0438\u043d\u0441\u0442\u0440\u0443\u043a\u0446\w+|
        \u5ffd\u7565[^\n]{0,8}(?:\u6307\u4ee4|\u6307\u793a|\u8bf4\u660e)|\u6307\u793a[^\n]{0,6}\u7121\u8996
        """,
    ),
)
_READ_CHARACTERS_MAX = 20_000
_SPACED_OUT = re.compile(r"\b\w(?:[ .*_-]\w){3,}\b")  # i g n o r e
_BETWEEN = re.compile(r"[ .*_-]")
_SPACES = re.compile(r"[ \t]+|(?<=[\w,])\n(?=[a-z])")


def marks_of(text: str, trust: Trust) -> tuple[str, ...]:
    """Return the marks of a text from a source of this trust. What users say themselves is never marked."""
    if trust.rank >= Trust.USER.rank:
        return ()
    plain = _plain(text[:_READ_CHARACTERS_MAX])
    return (INSTRUCTION,) if any(way.is_taken(plain) for way in _WAYS) else ()


def _plain(text: str) -> str:
    """Return the text as a model reads it: without invisible characters, look-alikes and letters set apart."""
    if not text.isascii():
        letters = unicodedata.normalize("NFKD", text)
        text = "".join(letter for letter in letters if unicodedata.category(letter) not in {"Cf", "Mn"})
    joined = _SPACED_OUT.sub(lambda found: _BETWEEN.sub("", found[0]), text)
    return _SPACES.sub(" ", fold(joined))
