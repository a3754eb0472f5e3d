#!/usr/bin/env python3
"""Two versions of a project, of a system's metadata, in real git repositories: evolve_test.py ENDCAP SOURCE_FOLDER."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ENDCAP, SOURCE = sys.argv[1], pathlib.Path(sys.argv[2])
WORKFLOWS = SOURCE / "workflows"


def endcap(*arguments, **options):
    return subprocess.run([ENDCAP, *map(str, arguments)], capture_output=True, text=True, timeout=120, **options)


class Evolution(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.temporary.name)
        self.repository = self.folder / "repository"
        self.project = self.repository / "promotions" / "shop"

    def tearDown(self):
        self.temporary.cleanup()

    def git(self, *arguments, at=None):
        environment = dict(os.environ, GIT_CONFIG_GLOBAL="/dev/null", GIT_CONFIG_NOSYSTEM="1")
        identity = ["-c", "user.name=mia", "-c", "user.email=mia@example.org", "-c", "init.defaultBranch=main"]
        done = subprocess.run(["git", "-C", str(at or self.repository), *identity, *arguments], capture_output=True, text=True,
                              timeout=60, env=environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def made(self):
        """A project in a folder of a repository, committed on `main`."""
        self.project.parent.mkdir(parents=True)
        self.git("init", "--quiet")
        done = endcap("init", self.project)
        self.assertEqual(done.returncode, 0, done.stderr)
        # Its tests name steps that are renamed here.
        source = self.project / "markdown.endcap"
        source.write_text(source.read_text().partition("\n-- What must hold")[0] + "\n")
        self.assertNotIn("\ntest ", source.read_text())
        self.commit()

    def commit(self):
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "a version")

    def edit(self, old, new, name="markdown.endcap"):
        path = self.project / name
        text = path.read_text()
        self.assertIn(old, text)
        path.write_text(text.replace(old, new))

    def breaking(self, *arguments, against="main"):
        return endcap("breaking", "--against", against, self.project, *arguments)

    def report(self, against="main"):
        done = self.breaking("--format", "json", against=against)
        return done.returncode, json.loads(done.stdout)

    # signature

    def test_the_signature_is_stable_and_follows_what_instances_depend_on(self):
        self.made()
        first, second = endcap("signature", self.project), endcap("signature", self.project)
        self.assertEqual(first.returncode, 0, first.stderr)
        self.assertEqual(first.stdout, second.stdout)
        workflow = json.loads(first.stdout)["workflows"][0]
        self.assertEqual((workflow["workflow"], workflow["version"], workflow["key"]), ("markdown.Markdown", 1, "article.id"))
        gate = next(point for point in workflow["points"] if point["path"] == "gate.markdown")
        self.assertEqual((gate["kind"], gate["file"]), ("approve", "markdown.endcap"))
        self.assertEqual(gate["grants"][0]["policy"], "MarkdownGate")
        self.assertEqual(gate["grants"][0]["proposals"][0]["operation"], "Price.change")
        self.edit("step gate", "step door")
        after = json.loads(endcap("signature", self.project).stdout)["workflows"][0]
        self.assertNotEqual(after["signature"], workflow["signature"])

    def test_what_counts_as_advice_in_functions_and_workflows(self):
        self.made()
        text = endcap("signature", self.project, "--format", "human").stdout
        self.assertIn("function markdown.margin(article: Article, price: Money<AUD>) -> Ratio, advice where article.cost or price is\n", text)
        self.assertIn("workflow markdown.Markdown(article: trusted; price: trusted; last: trusted)\n", text)
        self.assertIn("  MarkedDown: trusted\n", text)
        printed = json.loads(endcap("signature", self.project).stdout)
        self.assertEqual(printed["functions"][0]["advice"], {"itself": ["article.cost", "price"]})
        self.assertEqual((printed["labels"][0]["workflow"], printed["labels"][0]["control"]), ("markdown.Markdown", "trusted"))
        self.edit("(price - article.cost) / price", "(article.price - article.cost) / price")
        _, report = self.report()
        self.assertEqual([(each["kind"], each["by"]) for each in report["labels"]], [("function label", "article.price")])
        self.assertIn("the result of markdown.margin counts as advice where `article.price` does, and did not", self.breaking().stdout)

    def test_only_what_compiles_has_a_signature(self):
        self.made()
        self.edit("= Cost in Currency", "= Costs in Currency")
        done = endcap("signature", self.project)
        self.assertEqual(done.returncode, 1)
        self.assertIn("EC0228", done.stdout)
        self.assertEqual(endcap("signature", self.folder / "nowhere").returncode, 3)

    # breaking

    def test_nothing_changed(self):
        self.made()
        done = self.breaking()
        self.assertEqual((done.returncode, done.stdout), (0, "markdown.Markdown, version 1 -> 1: safe: nothing changed\n"), done.stderr)
        self.assertIn("0 workflows would strand instances, 1 is safe", done.stderr)

    def test_a_text_that_changed_without_its_signature_is_safe(self):
        self.made()
        self.edit("within 4 business hours", "within 6 business hours")
        done = self.breaking()
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("safe: its text changed, what instances depend on did not", done.stdout)
        self.assertTrue(self.report()[1]["workflows"][0]["text_changed"])

    def test_a_wait_point_that_is_gone_strands(self):
        self.made()
        self.edit("step gate", "step door")
        self.edit("version 1", "version 2")
        done = self.breaking()
        self.assertEqual(done.returncode, 1)
        self.assertIn("markdown.Markdown, version 1 -> 2: would strand instances", done.stdout)
        self.assertIn("the wait point `gate.markdown` (approve) is gone", done.stdout)
        self.assertRegex(done.stdout, r"--> markdown\.endcap:\d+  gate\.markdown")
        self.assertIn("`wait gate.markdown becomes ...`", done.stdout)
        code, report = self.report()
        self.assertEqual((code, report["strands"]), (1, True))
        workflow = report["workflows"][0]
        self.assertEqual([finding["kind"] for finding in workflow["findings"]], ["wait point gone"])
        self.assertTrue(workflow["findings"][0]["needs_clause"])
        self.assertIn("door.markdown", workflow["added"])
        self.assertIn("start.article", workflow["unchanged"])
        self.edit("version 2 {", "version 2 {\n  upgrades from 1 { step gate becomes door }")
        code, report = self.report()
        self.assertEqual((code, report["workflows"][0]["verdict"]), (0, "maps"), report)
        self.edit("step gate becomes", "step hall becomes")
        done = self.breaking()
        self.assertEqual(done.returncode, 1)
        self.assertIn("the clause names `hall`, which version 1 does not have", done.stdout)

    def test_what_changed_needs_another_version(self):
        self.made()
        self.edit("  finish MarkedDown", "  task Tell(id: article.id) to Merchant within 1 day { on expired { then continue } }\n"
                                         "  finish MarkedDown")
        code, report = self.report()
        self.assertEqual(code, 1)
        self.assertEqual([finding["kind"] for finding in report["workflows"][0]["findings"]], ["version not raised"])
        self.edit("version 1", "version 2")
        code, report = self.report()
        self.assertEqual((code, report["workflows"][0]["verdict"]), (0, "maps"), report)

    def test_another_payload_voids_the_open_grant(self):
        self.made()
        self.edit("      Price: price in Currency\n", "      Price: price in Currency\n      Description: article.name\n")
        self.edit("version 1", "version 2")
        code, report = self.report()
        self.assertEqual(code, 1)
        found = {(finding["kind"], finding["subject"]) for finding in report["workflows"][0]["findings"]}
        self.assertIn(("payload changed", "markdown"), found)

    def test_a_commit_a_tag_and_a_folder_are_other_versions_too(self):
        self.made()
        self.git("tag", "released")
        shutil.copytree(self.project, self.folder / "old")
        self.edit("step gate", "step door")
        self.commit()
        for against in ("released", "HEAD~1", self.git("rev-parse", "HEAD~1").strip(), str(self.folder / "old")):
            self.assertEqual(self.breaking(against=against).returncode, 1, against)
        self.assertEqual(self.breaking(against="main").returncode, 0)

    def test_the_repository_is_left_as_it_is(self):
        self.made()
        self.edit("within 4 business hours", "within 6 business hours")
        before = self.git("status", "--porcelain")
        self.breaking()
        self.assertEqual(self.git("status", "--porcelain"), before)
        self.assertEqual(self.git("diff", "--cached"), "")

    def test_a_schema_outside_of_the_projects_folder_comes_along(self):
        self.made()
        shutil.move(self.project / "schemas" / "shop.edmx", self.repository / "shop.edmx")
        self.edit('"schemas/shop.edmx"', '"../../shop.edmx"', "endcap.toml")
        self.assertEqual(endcap("check", self.project, "--lock").returncode, 0)
        self.commit()
        self.edit("step gate", "step door")
        done = self.breaking()
        self.assertEqual(done.returncode, 1)
        self.assertIn("`gate.markdown` (approve) is gone", done.stdout)

    def test_a_project_that_was_not_there_is_new(self):
        self.repository.mkdir()
        self.git("init", "--quiet")
        (self.repository / "readme").write_text("nothing yet")
        self.commit()
        self.project.parent.mkdir()
        endcap("init", self.project)
        done = self.breaking()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("version 1: new: no instance waits in it", done.stdout)
        self.assertIn("there is no project at main", done.stderr)

    def test_a_workflow_that_is_gone(self):
        self.made()
        self.edit("workflow Markdown(", "workflow Reduction(")
        code, report = self.report()
        verdicts = {one["workflow"]: one["verdict"] for one in report["workflows"]}
        self.assertEqual((code, verdicts), (1, {"markdown.Markdown": "strands", "markdown.Reduction": "new"}))

    # calendars

    def test_a_calendar_that_is_another_one_needs_another_version(self):
        self.made()
        self.edit('open     = "09:00"', 'open     = "07:00"', "endcap.toml")
        self.edit('"2026-12-25", ', "", "endcap.toml")
        code, report = self.report()
        self.assertEqual((code, report["strands"], report["reuses_versions"]), (1, False, True))
        finding, = report["calendars"]
        self.assertEqual((finding["calendar"], finding["old_version"], finding["new_version"], finding["changed"]),
                         ("office", 1, 1, ["opening hours", "holidays"]))
        done = self.breaking()
        self.assertIn("calendar office: its version is not raised\n"
                      "  it is another one, with version 1 as before: changed are its opening hours, holidays\n"
                      "    = give it a new version, 2 or higher", done.stdout)
        self.assertIn("; 1 calendar is another one under its old version", done.stderr)
        self.assertIn("calendar office: it is another one", self.breaking("--format", "short").stdout)
        sarif = json.loads(self.breaking("--format", "sarif").stdout)
        self.assertEqual([result["ruleId"] for result in sarif["runs"][0]["results"]], ["breaking/calendar-version-not-raised"])
        self.edit("version  = 1", "version  = 2", "endcap.toml")
        code, report = self.report()
        self.assertEqual((code, report["calendars"]), (0, []))

    # interfaces

    def partners(self):
        self.made()
        (self.project / "partners.endcap").write_text(
            "module partners\n\npartner Market\n\nworkflow Round(code: Text(4)) key code version 1 { finish Done(code) }\n\n"
            "interface Rounds version 1 for Market {\n  operation begin(code: Text(4)) starts Round(code)\n  quota 5 per day\n}\n")
        self.commit()

    def noticed(self):
        code, report = self.report()
        self.assertFalse(report["strands"])
        return code, [(one["kind"], one["note"]) for one in report["interfaces"]]

    def test_what_breaks_calls_of_partners_is_found(self):
        self.partners()
        self.assertEqual(self.noticed(), (0, []))
        self.edit("quota 5 per day", "quota 4 per day", "partners.endcap")
        self.assertEqual(self.noticed(), (0, [("quota lowered", True)]))
        self.edit("begin(code: Text(4))", "begin(code: Text(4), more: Text(9))", "partners.endcap")
        self.assertEqual(self.noticed(), (1, [("quota lowered", True), ("parameter new", False)]))
        done = self.breaking()
        self.assertIn("interface Rounds, version 1: partners notice\n  note: the quota was 5 per day and is 4 per day\n"
                      "  operation begin needs `more` (Text(9)), which nobody sends: let it be optional\n", done.stdout)
        self.assertIn("1 thing that partners rely on is broken", done.stderr)
        self.edit("more: Text(9)", "more: optional Text(9)", "partners.endcap")
        self.assertEqual(self.noticed()[0], 0)
        self.edit("version 1 for", "version 2 for", "partners.endcap")
        self.assertEqual(self.noticed(), (1, [("version gone", False)]))

    def test_an_interface_is_printed_as_a_document_the_same_each_time(self):
        self.partners()
        first, again = endcap("interface", "Rounds", self.project), endcap("interface", "Rounds/1", self.project)
        self.assertEqual((first.returncode, first.stdout), (0, again.stdout), first.stderr)
        self.assertEqual(list(json.loads(first.stdout)["paths"]), ["/v1/Rounds/1/begin"])
        for wrong in ("Round", "Rounds/2", "Rounds/x", "Rounds/"):
            self.assertEqual(endcap("interface", wrong, self.project).returncode, 2, wrong)
        self.assertIn("there are Rounds/1", endcap("interface", "Rounds/2", self.project).stderr)
        self.edit("starts Round(code)", "starts Rond(code)", "partners.endcap")
        broken = endcap("interface", "Rounds", self.project)
        self.assertEqual((broken.returncode, broken.stdout), (1, ""))

    def test_what_cannot_be_compared_says_why(self):
        self.made()
        for against in ("nowhere", "--output=x", "HEAD~7"):
            done = endcap("breaking", f"--against={against}", self.project)
            self.assertEqual((done.returncode, done.stdout), (2, ""), against)
            self.assertIn(f"{against} is neither a folder nor a commit", done.stderr)
        alone = self.folder / "alone"
        endcap("init", alone)
        done = endcap("breaking", "--against", "main", alone)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("is not in a git repository", done.stderr)
        self.assertEqual(endcap("breaking", "--against", "main", self.folder / "nowhere").returncode, 3)
        self.assertEqual(endcap("breaking", self.project).returncode, 2)

    def test_a_version_with_errors_cannot_be_compared(self):
        self.made()
        self.edit("= Cost in Currency", "= Costs in Currency")
        done = self.breaking()
        self.assertEqual(done.returncode, 1)
        self.assertIn("has errors: 1 error", done.stderr)
        self.commit()
        self.edit("= Costs in Currency", "= Cost in Currency")
        done = self.breaking()
        self.assertEqual(done.returncode, 1)
        self.assertIn("The project at main", done.stderr)

    def test_without_git(self):
        self.made()
        done = endcap("breaking", "--against", "main", self.project, env={"PATH": "/nowhere"})
        self.assertEqual((done.returncode, done.stdout), (3, ""))
        self.assertIn("git can't be run", done.stderr)

    # schema diff

    def schemas(self, old, new, of=WORKFLOWS / "schemas" / "erp.edmx"):
        text = of.read_text()
        self.assertIn(old, text)
        before, after = self.folder / "old.edmx", self.folder / "new.edmx"
        before.write_text(text)
        after.write_text(text.replace(old, new))
        return before, after

    LONGER = ('Name="PlantName" Type="Edm.String" MaxLength="40"', 'Name="PlantName" Type="Edm.String" MaxLength="60"')

    def test_two_equal_files_do_not_differ(self):
        before, after = self.schemas("MaxLength", "MaxLength")
        done = endcap("schema", "diff", before, after, cwd=self.folder)
        self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)

    def test_without_a_project_anything_that_breaks_counts(self):
        before, after = self.schemas(*self.LONGER)
        done = endcap("schema", "diff", before, after, cwd=self.folder)
        self.assertEqual(done.returncode, 1)
        self.assertIn("breaking: property A_StoreType/PlantName: MaxLength 40 -> 60 (widened)", done.stdout)
        self.assertIn("for reads: a longer text may not fit", done.stdout)
        self.assertRegex(done.stdout, r"after  .*new\.edmx:12\n")
        before, after = self.schemas('sap:label="City"', 'sap:label="Town"')
        done = endcap("schema", "diff", before, after, cwd=self.folder)
        self.assertEqual(done.returncode, 0)
        self.assertIn("note: property A_StoreType/CityName: label City -> Town", done.stdout)

    def test_with_a_project_the_uses_are_named_with_their_lines(self):
        before, after = self.schemas(*self.LONGER)
        done = endcap("schema", "diff", before, after, "--project", WORKFLOWS)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, r"retail\.endcap:\d+  view retail\.estate\.Store \(breaking\)")
        self.assertRegex(done.stdout, r"national_promotion\.endcap:\d+  workflow retail\.national_promotion\.NationalPromotion")
        self.assertIn("EC0306", done.stdout)
        done = endcap("schema", "diff", before, after, "--format", "json", cwd=WORKFLOWS)
        report = json.loads(done.stdout)
        self.assertEqual((report["project"], report["systems"], report["breaks"]), ("retail", ["erp"], True))
        change, = report["changes"]
        self.assertEqual((change["impact"], change["reading"], change["writing"]), ("breaking", "breaking", "compatible"))
        self.assertEqual(change["touches"][0]["declaration"], "view retail.estate.Store")
        self.assertEqual(report["findings"][0]["code"], "EC0306")

    def test_what_the_project_does_not_use_does_not_break_it(self):
        before, after = self.schemas('Name="CityName" Type="Edm.String" MaxLength="40"', 'Name="CityName" Type="Edm.String" MaxLength="90"')
        self.assertEqual(endcap("schema", "diff", before, after, cwd=self.folder).returncode, 1)
        done = endcap("schema", "diff", before, after, "--project", WORKFLOWS)
        self.assertEqual((done.returncode, done.stdout), (0, "1 other change touches nothing of retail\n"), done.stderr)

    def test_a_write_that_no_longer_fits(self):
        before, after = self.schemas('Name="ConditionRateValue" Type="Edm.Decimal" Precision="16" Scale="2"',
                                     'Name="ConditionRateValue" Type="Edm.Decimal" Precision="14" Scale="0"')
        done = endcap("schema", "diff", before, after, "--project", WORKFLOWS)
        self.assertEqual(done.returncode, 1)
        self.assertIn("Scale 2 -> 0 (narrowed)", done.stdout)
        self.assertRegex(done.stdout, r"retail\.endcap:\d+  operation Price\.activate \(breaking\)")

    def test_only_what_changed_is_told_of_a_number(self):
        before, after = self.schemas('Name="ConditionRateValue" Type="Edm.Decimal" Precision="16" Scale="2"',
                                     'Name="ConditionRateValue" Type="Edm.Decimal" Precision="16" Scale="3"')
        done = endcap("schema", "diff", before, after, cwd=self.folder)
        self.assertEqual(done.returncode, 1)
        self.assertIn("ConditionRateValue: Scale 2 -> 3 (widened; 14 -> 13 digits before the point)\n", done.stdout)
        self.assertNotIn("Precision", done.stdout)

    def test_files_that_cannot_be_compared(self):
        before, after = self.schemas(*self.LONGER)
        done = endcap("schema", "diff", before, self.folder / "nowhere.edmx")
        self.assertEqual((done.returncode, done.stdout), (3, ""))
        self.assertIn("There is no file", done.stderr)
        after.write_text("{}")
        done = endcap("schema", "diff", before, after)
        self.assertEqual(done.returncode, 1)
        self.assertIn("EC0102", done.stdout)
        other = WORKFLOWS / "schemas" / "erp.edmx"
        self.made()
        done = endcap("schema", "diff", other, other, "--project", self.project)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("No system of the project", done.stderr)
        self.assertEqual(endcap("schema", "diff", other, other, "--project", self.folder).returncode, 3)
        self.assertEqual(endcap("schema", "diff", other).returncode, 2)
        self.assertEqual(endcap("schema").returncode, 2)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
