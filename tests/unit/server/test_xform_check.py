"""XForm XML is checked: names, types, rules, choices; entities are refused, scripts are inert."""

from __future__ import annotations

from server.xlsform import CompiledForm, SheetDefect, check_xform
from tests.support.sources import places, questions

XFORM = """<?xml version="1.0"?>
<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
  xmlns:jr="http://openrosa.org/javarosa">
 <h:head><h:title>Trees</h:title><model>
  <itext><translation lang="English (en)">
    <text id="/data/g/kind:label"><value>Kind</value><value form="image">jr://images/k.png</value>
    </text></translation>
   <translation lang="ไทย (th)"><text id="/data/g/kind:label"><value>ชนิด</value></text>
   </translation>
  </itext>
  <instance><data id="trees" version="4"><start/><g><kind/><height/><note/></g>
    <branch jr:template=""><len/></branch><total/><meta><instanceID/></meta></data></instance>
  <instance id="kinds"><root><item><name>oak</name><label>Oak</label><zone>n</zone></item>
    <item><name>fir</name><label>Fir</label><zone>s</zone></item></root></instance>
  <bind nodeset="/data/start" jr:preload="timestamp" jr:preloadParams="start" type="dateTime"/>
  <bind nodeset="/data/g/kind" type="string" required="true()"/>
  <bind nodeset="/data/g/height" type="decimal" constraint=". &lt; 100" jr:constraintMsg="high"
    relevant="/data/g/kind != 'fir'"/>
  <bind nodeset="/data/g/note" type="string" readonly="true()"/>
  <bind nodeset="/data/branch/len" type="int"/>
  <bind nodeset="/data/total" type="string" calculate="sum(/data/branch/len)"/>
 </model></h:head>
 <h:body><group ref="/data/g"><label>About <output value="/data/start"/></label>
  <select1 ref="/data/g/kind"><label ref="jr:itext('/data/g/kind:label')"/>
   <itemset nodeset="instance('kinds')/root/item[zone = 'n']">
    <value ref="name"/><label ref="label"/></itemset></select1>
  <input ref="/data/g/height"><label>Height</label></input>
  <input ref="/data/g/note"><label>&lt;script&gt;alert(1)&lt;/script&gt;</label></input></group>
  <group ref="/data/branch"><label>Branch</label><repeat nodeset="/data/branch" jr:count="3">
   <input ref="/data/branch/len"><label>Length</label></input></repeat></group>
 </h:body></h:html>"""


def checked(text: str) -> CompiledForm:
    found = check_xform(text.encode(), "trees.xml")
    assert isinstance(found, CompiledForm), found
    return found


def refused(text: str) -> list[SheetDefect]:
    found = check_xform(text.encode(), "trees.xml")
    assert isinstance(found, list)
    return [one for one in found if one.severity == "error"]


def test_an_xform_is_read_as_the_form_it_was_made_of() -> None:
    found = checked(XFORM)
    nodes = questions(found)
    form = found.definition
    assert (form.form_id, form.version, form.title.en) == ("trees", 4, "Trees")
    kinds = [nodes[name]["type"] for name in ("start", "kind", "height", "note", "total")]
    assert kinds == ["metadata", "select_one", "decimal", "note", "calculate"]
    assert nodes["kind"]["label"] == {"th": "ชนิด", "en": "Kind"}
    assert nodes["kind"]["choice_filter"] == "(zone = 'n')"
    assert nodes["g"]["label"]["en"] == "About ${start}"
    assert nodes["branch"]["count"] == "3"
    assert form.question("trees/branch", "len") is not None
    assert [one.name for one in form.choice_lists["kinds"].choices] == ["oak", "fir"]


def test_a_wrong_expression_is_at_the_line_of_its_bind() -> None:
    broken = XFORM.replace("sum(/data/branch/len)", "som(/data/branch/len)")
    (defect,) = refused(broken)
    assert defect.code == "expression.unknown_function"
    line = next(n for n, text in enumerate(broken.splitlines(), 1) if "som(" in text)
    assert places([defect]) == [("survey", line, "calculation", "expression.unknown_function")]


def test_a_document_type_is_refused_before_any_entity_is_read() -> None:
    bomb = XFORM.replace(
        '<?xml version="1.0"?>',
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>',
    )
    assert [one.code for one in refused(bomb)] == ["sheet.entities"]


def test_scripts_and_links_in_an_xform_are_texts() -> None:
    assert questions(checked(XFORM))["note"]["label"]["en"] == "<script>alert(1)</script>"
    linked = XFORM.replace("jr://images/k.png", "javascript:alert(1)//x.png")
    assert "form.media_name" in [one.code for one in refused(linked)]


def test_what_is_no_xform_is_a_defect() -> None:
    for text in ("<a/>", "<", "", "<h:html xmlns:h='x'><h:head/></h:html>"):
        assert refused(text)
    assert refused("<a>" * 5_000)
