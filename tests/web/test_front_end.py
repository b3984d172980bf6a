"""What the front end's style sheet loses on its way, and what it keeps."""

from cma_app.settings import ROOT
from cma_app.web.front_end import without_comments


def test_a_style_sheet_loses_what_only_people_read():
    written = "/* so\n */\n.b {\n  color: red; /* why */\n}\n\n.b::after { content: '*'; }\n"
    assert without_comments(written) == ".b{color: red;}.b::after{content: '*';}\n"


def test_ours_keeps_each_rule():
    style = (ROOT / "assets" / "style.css").read_text()
    bare = without_comments(style)
    assert "/*" not in bare
    assert bare.count("{") == style.count("{")
    assert len(bare) < len(style)
