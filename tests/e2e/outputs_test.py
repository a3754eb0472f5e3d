#!/usr/bin/env python3
"""What the command writes for build servers, what it repairs, and what it draws: outputs_test.py ENDCAP SOURCE_FOLDER."""

import json
import os
import pathlib
import shutil
import stat
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as xml

ENDCAP, SOURCE = str(pathlib.Path(sys.argv[1]).resolve()), pathlib.Path(sys.argv[2]).resolve()


def endcap(*arguments: str, **options):
    return subprocess.run([ENDCAP, *arguments], capture_output=True, text=True, timeout=120, **options)


class Project(unittest.TestCase):
    """A new project below a folder that stands for a repository; commands run in that folder."""

    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.temporary.name).resolve()
        self.project = self.folder / "shop"
        self.assertEqual(self.run_here("init", "shop").returncode, 0)

    def tearDown(self):
        self.temporary.cleanup()

    def run_here(self, *arguments: str):
        return endcap(*arguments, cwd=self.folder)

    def edit(self, name: str, old: str, new: str):
        path = self.project / name
        text = path.read_text()
        self.assertIn(old, text)
        path.write_text(text.replace(old, new, 1))

    def break_unit(self):
        self.edit("markdown.endcap", "= Cost in Currency", "= Cost")


class Outputs(Project):
    def test_findings_go_to_files_beside_stdout(self):
        self.break_unit()
        done = self.run_here("check", "--output", "sarif=a.sarif", "shop", "--output", "junit=a.xml", "--output", "github=a.txt",
                             "--output", "human=a.out", "--format", "short")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertRegex(done.stdout, r"^markdown\.endcap:17:23: error EC0408: ")
        log = json.loads((self.folder / "a.sarif").read_text())
        self.assertEqual("endcap " + log["runs"][0]["tool"]["driver"]["version"], endcap("--version").stdout.strip())
        result = log["runs"][0]["results"][0]
        self.assertEqual(result["ruleId"], "EC0408")
        place = result["locations"][0]["physicalLocation"]
        self.assertEqual(place["artifactLocation"], {"uri": "shop/markdown.endcap", "uriBaseId": "%SRCROOT%"})
        self.assertEqual(place["region"], {"startLine": 17, "startColumn": 23, "endLine": 17, "endColumn": 27})
        self.assertTrue((self.folder / place["artifactLocation"]["uri"]).is_file())
        suites = xml.parse(self.folder / "a.xml").getroot()
        cases = {case.get("file"): case.findall("failure") for case in suites.iter("testcase")}
        self.assertEqual([failure.get("type") for failure in cases["shop/markdown.endcap"]], ["EC0408"])
        self.assertEqual(cases["shop/endcap.toml"], [])
        self.assertEqual((suites.get("tests"), suites.get("failures")), (str(len(cases)), "1"))
        self.assertRegex((self.folder / "a.txt").read_text(),
                         r"^::error file=shop/markdown\.endcap,line=17,endLine=17,col=23,title=EC0408::`Cost` is an amount.*%0Afix: ")
        self.assertNotIn("\x1b", (self.folder / "a.out").read_text())

    def test_a_clean_project_has_files_without_findings(self):
        done = self.run_here("check", "shop", "--output", "sarif=a.sarif", "--format", "junit")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertEqual(json.loads((self.folder / "a.sarif").read_text())["runs"][0]["results"], [])
        self.assertEqual(xml.fromstring(done.stdout.encode()).get("failures"), "0")

    def test_a_file_that_cannot_be_written_is_told_and_the_others_are_written(self):
        self.break_unit()
        for bad in ("nowhere/a.sarif", "shop", "/dev/null"):
            done = self.run_here("check", "shop", "--format", "short", "--output", f"sarif={bad}", "--output", "junit=a.xml")
            self.assertEqual(done.returncode, 3, bad)
            self.assertIn(f"can't write {bad}: ", done.stderr)
            self.assertIn("EC0408", done.stdout)
            self.assertIn("EC0408", (self.folder / "a.xml").read_text())
            (self.folder / "a.xml").unlink()
        self.assertTrue(stat.S_ISCHR(os.stat("/dev/null").st_mode))
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["shop"])

    def test_a_full_disk_leaves_the_old_file(self):
        if os.geteuid() != 0 or not shutil.which("mount"):
            self.skipTest("needs to mount a small disk")
        disk = self.folder / "disk"
        disk.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "none", disk], capture_output=True).returncode != 0:
            self.skipTest("can't mount here")
        try:
            (disk / "a.sarif").write_text("old")
            (disk / "filler").write_bytes(b"x" * 8192)
            self.break_unit()
            done = self.run_here("check", "shop", "--output", "sarif=disk/a.sarif")
            self.assertEqual(done.returncode, 3, done.stderr)
            self.assertIn("can't write disk/a.sarif: No space left", done.stderr)
            self.assertEqual((disk / "a.sarif").read_text(), "old")
        finally:
            subprocess.run(["umount", disk], check=True)

    def test_what_makes_no_sense_is_refused_before_anything_is_done(self):
        for wrong, why in (("sarif", "is not FORMAT=FILE"), ("sarif=", "is not FORMAT=FILE"), ("xml=a", "there is no format `xml`")):
            done = self.run_here("check", "shop", "--output", wrong)
            self.assertEqual((done.returncode, done.stdout), (2, ""), wrong)
            self.assertIn(why, done.stderr)
        done = self.run_here("check", "shop", "--output", "sarif=a", "--output", "junit=./a")
        self.assertEqual(done.returncode, 2)
        self.assertIn("given twice", done.stderr)
        self.assertFalse((self.folder / "a").exists())

    def test_a_project_elsewhere_is_named_in_full(self):
        self.break_unit()
        done = endcap("check", str(self.project), "--format", "github", cwd="/")
        self.assertIn(f"file={str(self.project)[1:]}/markdown.endcap,", done.stdout)
        inside = endcap("check", "--format", "github", cwd=self.project)
        self.assertIn("file=markdown.endcap,", inside.stdout)
        other = endcap("check", "../shop", "--format", "sarif", cwd=self.project / "schemas/..")
        self.assertIn('"uri": "markdown.endcap"', other.stdout)
        away = self.folder / "away"
        away.mkdir()
        done = endcap("check", "../shop", "--format", "sarif", cwd=away)
        self.assertIn(f'"uri": "file://{self.project}/markdown.endcap"', done.stdout)


class EveryCommand(Project):
    """What is no diagnostic is written in the same formats: failing tests, upgrades that strand, metadata that changed, layout."""

    def results(self, name: str):
        run = json.loads((self.folder / name).read_text())["runs"][0]
        for result in run["results"]:
            self.assertEqual(run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"], result["ruleId"])
        return run["results"]

    def place(self, result):
        place = result["locations"][0]["physicalLocation"]
        return place["artifactLocation"]["uri"], place["region"]["startLine"]

    def line_of(self, words: str, name: str = "markdown.endcap"):
        lines = (self.project / name).read_text().splitlines()
        return next(number for number, line in enumerate(lines, 1) if words in line)

    def test_a_failing_test_stands_at_its_line(self):
        line = self.line_of("expect write Price.change for \"KETTLE\" once")
        self.edit("markdown.endcap", "expect write Price.change for \"KETTLE\" once", "expect no write Price.change")
        done = self.run_here("test", "shop", "--format", "github", "--output", "sarif=a.sarif", "--output", "junit=a.xml", "--output", "json=a.json",
                             "--output", "human=a.out", "--output", "short=a.txt")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertRegex(done.stdout, rf"^::error file=shop/markdown\.endcap,line={line},endLine={line},title=test/failed::test .*expect no write Price\.change: ")
        result, = self.results("a.sarif")
        self.assertEqual((result["ruleId"], self.place(result)), ("test/failed", ("shop/markdown.endcap", line)))
        case, = xml.parse(self.folder / "a.xml").getroot().iter("testcase")
        self.assertEqual((case.get("file"), len(case.findall("failure"))), ("shop/markdown.endcap", 1))
        self.assertEqual(json.loads((self.folder / "a.json").read_text())["failed"], 1)
        self.assertIn("what led there", (self.folder / "a.out").read_text())
        self.assertRegex((self.folder / "a.txt").read_text(), rf"^markdown\.endcap:{line}: error test/failed: ")

    def test_what_no_test_has_been_to_is_a_finding_when_it_must_be(self):
        done = self.run_here("test", "shop", "--complete", "--format", "short")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, r"markdown\.endcap:\d+: warning test/policy-rows-missed: no test has been to row 1 of MarkdownGate\n")
        self.assertEqual(self.run_here("test", "shop", "--format", "short").stdout, "")

    def test_a_project_with_errors_is_told_in_the_format_that_was_asked_for(self):
        self.break_unit()
        for command in (["test", "shop"], ["breaking", "--against", "shop", "shop"]):
            done = self.run_here(*command, "--format", "sarif", "--output", "junit=a.xml")
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertEqual(json.loads(done.stdout)["runs"][0]["results"][0]["ruleId"], "EC0408")
            self.assertIn("EC0408", (self.folder / "a.xml").read_text())
            (self.folder / "a.xml").unlink()

    def test_an_upgrade_that_strands_stands_at_the_workflow(self):
        shutil.copytree(self.project, self.folder / "released")
        self.edit("markdown.endcap", "within 4 business hours", "within 6 business hours")
        self.edit("markdown.endcap", "step gate", "step door")
        source = self.project / "markdown.endcap"
        source.write_text(source.read_text().partition("\n-- What must hold")[0] + "\n")
        done = self.run_here("breaking", "--against", "released", "shop", "--format", "github", "--output", "sarif=a.sarif", "--output", "junit=a.xml",
                             "--output", "short=a.txt")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("::error file=shop/markdown.endcap,line=", done.stdout)
        results = self.results("a.sarif")
        self.assertIn("breaking/wait-point-gone", [result["ruleId"] for result in results])
        self.assertEqual({self.place(result)[0] for result in results}, {"shop/markdown.endcap"})
        self.assertIn("breaking/wait-point-gone", (self.folder / "a.xml").read_text())
        self.assertRegex((self.folder / "a.txt").read_text(), r"(?m)^markdown\.endcap:\d+: error breaking/wait-point-gone: markdown\.Markdown: ")

    def test_a_change_of_metadata_stands_in_the_project_or_in_the_file(self):
        old = self.project / "schemas" / "shop.edmx"
        new = self.folder / "new.edmx"
        text = old.read_text()
        at = text.index('MaxLength="')
        new.write_text(text[:at] + 'MaxLength="9' + text[at + len('MaxLength="'):])
        done = self.run_here("schema", "diff", "shop/schemas/shop.edmx", "new.edmx", "--format", "github", "--output", "sarif=a.sarif")
        self.assertIn("schema/property-maxlength-widened", done.stdout, done.stderr)
        self.assertIn("file=new.edmx,line=", done.stdout)
        self.assertEqual(self.place(self.results("a.sarif")[0])[0], "new.edmx")
        done = self.run_here("schema", "diff", "shop/schemas/shop.edmx", "new.edmx", "--project", "shop", "--format", "junit", "--output", "short=a.txt",
                             "--output", "sarif=a.sarif")
        files = {case.get("file") for case in xml.fromstring(done.stdout.encode()).iter("testcase")}
        self.assertIn("shop/markdown.endcap", files, done.stderr)
        self.assertIn(("shop/markdown.endcap"), {self.place(result)[0] for result in self.results("a.sarif")})
        self.assertRegex((self.folder / "a.txt").read_text(), r"(?m)^markdown\.endcap:\d+: \w+ schema/property-maxlength-widened: ")

    def test_a_file_out_of_its_layout_stands_at_the_first_line_that_is(self):
        self.edit("markdown.endcap", "\nuse system shop", "\nuse   system shop")
        line = self.line_of("use   system shop")
        done = self.run_here("fmt", "shop", "--check", "--format", "github", "--output", "sarif=a.sarif", "--output", "json=a.json")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn(f"file=shop/markdown.endcap,line={line},endLine={line},title=fmt/layout::", done.stdout)
        self.assertEqual(self.place(self.results("a.sarif")[0]), ("shop/markdown.endcap", line))
        self.assertEqual(json.loads((self.folder / "a.json").read_text())[0]["line"], line)
        self.assertEqual(self.run_here("fmt", "shop", "--check").stdout, "shop/markdown.endcap\n")

    def test_a_timeline_has_no_place_and_says_so(self):
        done = self.run_here("explain-time", "Markdown", "shop", "--format", "short", "--output", "json=a.json", "--output", "human=a.txt")
        self.assertEqual(done.returncode, 0, done.stderr)
        timeline = json.loads((self.folder / "a.json").read_text())["timeline"]
        self.assertEqual(len(done.stdout.splitlines()), len(timeline))
        self.assertIn("Times are those of", (self.folder / "a.txt").read_text())
        for wrong in (["--format", "sarif"], ["--output", "junit=a.xml"]):
            done = self.run_here("explain-time", "Markdown", "shop", *wrong)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn("makes no sense for endcap explain-time, which has human, short, json", done.stderr)
        done = self.run_here("plan", "shop", "--data", "nowhere", "--format", "github")
        self.assertEqual(done.returncode, 2)
        self.assertIn("makes no sense for endcap plan, which has human, json", done.stderr)


class Fix(Project):
    def text(self, name: str):
        return (self.project / name).read_text()

    def test_safe_fixes_are_applied_and_told(self):
        before = self.text("markdown.endcap"), self.text("endcap.toml")
        self.break_unit()
        self.edit("endcap.toml", "attempts ", "atempts ")
        done = self.run_here("fix", "shop")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout, "endcap.toml:12:1: EC0142: write `attempts`\nmarkdown.endcap:17:27: EC0408: write `in Currency`\n")
        self.assertIn("applied 2 fixes in 2 files; nothing is left", done.stderr)
        self.assertEqual(self.text("endcap.toml"), before[1].replace("attempts ", "attempts "))
        self.assertEqual(self.text("markdown.endcap"), before[0])
        self.assertEqual(self.run_here("check", "shop").returncode, 0)
        again = self.run_here("fix", "shop")
        self.assertEqual((again.returncode, again.stdout), (0, ""))

    def test_a_dry_run_shows_a_difference_that_can_be_applied(self):
        self.break_unit()
        broken = self.text("markdown.endcap")
        done = self.run_here("fix", "shop", "--dry-run")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(self.text("markdown.endcap"), broken)
        self.assertIn("-  cost:  Money<AUD> = Cost required\n+  cost:  Money<AUD> = Cost in Currency required\n", done.stdout)
        subprocess.run(["git", "apply", "--directory", "shop", "-"], input=done.stdout, text=True, check=True, cwd=self.folder)
        applied = self.text("markdown.endcap")
        (self.project / "markdown.endcap").write_text(broken)
        self.run_here("fix", "shop")
        self.assertEqual(self.text("markdown.endcap"), applied)
        clean = self.run_here("fix", "shop", "--dry-run")
        self.assertEqual((clean.returncode, clean.stdout), (0, ""))

    def test_what_is_not_safe_is_left_to_the_author(self):
        self.edit("markdown.endcap", "= Cost in", "= Costs in")
        broken = self.text("markdown.endcap")
        done = self.run_here("fix", "shop")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("1 finding has a suggestion that is for you to judge", done.stderr)
        self.assertEqual(self.text("markdown.endcap"), broken)
        found = json.loads(self.run_here("check", "shop", "--format", "json").stdout)
        self.assertEqual(found[0]["fix"]["safe"], False)
        self.assertEqual(found[0]["fix"]["replacement"], "Cost")

    def test_a_fix_that_would_bring_another_finding_is_undone(self):
        self.edit("endcap.toml", "attempts  = 5", "atempts  = 3\nattempts  = 5")
        broken = self.text("endcap.toml")
        self.break_unit()
        done = self.run_here("fix", "shop")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stdout, "markdown.endcap:17:27: EC0408: write `in Currency`\n")
        self.assertIn("left as it was, because there would be a new finding: endcap.toml:12:1: EC0142", done.stderr)
        self.assertIn("EC0141: endcap.toml is not TOML", done.stderr)
        self.assertEqual(self.text("endcap.toml"), broken)

    def test_a_missing_use_is_written_once_however_often_it_is_missed(self):
        before = self.text("markdown.endcap")
        self.edit("markdown.endcap", "\nuse system shop", "")
        done = self.run_here("fix", "shop")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(done.stdout.count("write `use system shop`"), 1)
        self.assertEqual(sorted(self.text("markdown.endcap").splitlines()), sorted(before.splitlines()))
        self.assertEqual(self.run_here("fix", "shop").stdout, "")

    def test_a_new_system_is_for_somebody_to_pin_and_one_that_is_gone_is_taken_out(self):
        lock = self.text("endcap.lock")
        (self.project / "endcap.lock").write_text("# pinned\n")
        done = self.run_here("fix", "shop")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("1 finding has a suggestion that is for you to judge", done.stderr)
        self.assertEqual(self.text("endcap.lock"), "# pinned\n")
        (self.project / "endcap.lock").write_text(lock + '\n[systems."gone"]\nschema = "gone.edmx"\nsha256 = "00"\n')
        done = self.run_here("fix", "shop")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("EC0154: take it out of endcap.lock", done.stdout)
        self.assertEqual(self.text("endcap.lock").rstrip(), lock.rstrip())
        self.assertEqual(self.run_here("fix", "shop").stdout, "")

    def test_a_folder_without_a_project(self):
        self.assertEqual(self.run_here("fix", "nowhere").returncode, 3)
        (self.folder / "empty").mkdir()
        done = self.run_here("fix", "empty")
        self.assertEqual((done.returncode, done.stdout), (1, ""))


class Graph(Project):
    def test_every_format_draws_the_shipped_workflow(self):
        for form, begin, end in (("mermaid", "flowchart TD\n", "\n"), ("dot", 'digraph "NationalPromotion" {', "}\n"),
                                 ("svg", "<svg ", "</svg>\n")):
            done = endcap("graph", "NationalPromotion", str(SOURCE / "workflows"), "--format", form)
            self.assertEqual((done.returncode, done.stderr), (0, ""), form)
            self.assertTrue(done.stdout.startswith(begin), form)
            self.assertTrue(done.stdout.endswith(end), form)
            for word in ("step supply", "approval webshop", "escalate to FinanceDirector after 4 business hours", "task PromoteFromStock",
                         "branch online", "run PriceActivation", "fail Stopped", "finish Reconciled"):
                self.assertIn(word, done.stdout, form)
        svg = endcap("graph", "NationalPromotion", str(SOURCE / "workflows"), "--format", "svg").stdout
        root = xml.fromstring(svg)
        ground = root.find("{http://www.w3.org/2000/svg}rect")
        self.assertEqual((ground.get("fill"), ground.get("width")), ("#ffffff", root.get("width") + ".0"))

    def test_mermaid_is_what_is_drawn_when_nothing_is_said(self):
        self.assertTrue(self.run_here("graph", "Markdown", "shop").stdout.startswith("flowchart TD\n"))
        full = endcap("graph", "retail.national_promotion.NationalPromotion", str(SOURCE / "workflows"))
        self.assertEqual(full.returncode, 0, full.stderr)

    def test_a_workflow_that_is_not_there(self):
        done = self.run_here("graph", "Markdwon", "shop")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("there is no workflow Markdwon: did you mean Markdown?", done.stderr)
        self.assertIn("there is no workflow Xyz, but Markdown", self.run_here("graph", "Xyz", "shop").stderr)
        self.assertEqual(self.run_here("graph", "Markdown", "nowhere").returncode, 3)

    def test_a_project_with_errors_is_not_drawn_one_with_warnings_is(self):
        (self.project / "endcap.lock").unlink()
        done = self.run_here("graph", "Markdown", "shop")
        self.assertEqual(done.returncode, 0)
        self.assertIn("warning EC0150", done.stderr)
        self.break_unit()
        done = self.run_here("graph", "Markdown", "shop")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("nothing was drawn: 1 error", done.stderr)

    def test_a_picture_that_cannot_be_written_is_an_error(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([ENDCAP, "graph", "Markdown", "shop"], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60,
                                  cwd=self.folder)
        self.assertEqual(done.returncode, 3)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
