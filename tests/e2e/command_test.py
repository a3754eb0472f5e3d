#!/usr/bin/env python3
"""The command as a person at a terminal meets it: command_test.py ENDCAP SOURCE_FOLDER."""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from xml.etree import ElementTree

ENDCAP, SOURCE = sys.argv[1], pathlib.Path(sys.argv[2])


def endcap(*arguments: str, **options):
    return subprocess.run([ENDCAP, *arguments], capture_output=True, text=True, timeout=120, **options)


class Command(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.temporary.name)
        self.project = self.folder / "shop"

    def tearDown(self):
        self.temporary.cleanup()

    def made(self):
        done = endcap("init", str(self.project))
        self.assertEqual(done.returncode, 0, done.stderr)
        return self.project

    def edit(self, name: str, old: str, new: str):
        path = self.project / name
        text = path.read_text()
        self.assertIn(old, text)
        path.write_text(text.replace(old, new, 1))

    def check(self, *arguments: str):
        return endcap("check", str(self.project), *arguments)

    # explain-time

    def explain_time(self, *arguments: str):
        return endcap("explain-time", "PriceActivation", str(SOURCE / "workflows"), *arguments)

    def test_a_timeline_is_dated_by_the_engine(self):
        done = self.explain_time("--like", "late finance", "--start", "2026-11-20 09:00", "--given", "FinanceDirector answers Friday 16:59", "--format", "json")
        self.assertEqual(done.returncode, 0, done.stderr)
        told = json.loads(done.stdout)
        self.assertEqual(told["end"], "finished")
        granted = [line for line in told["timeline"] if line["kind"] == "granted"]
        self.assertEqual([line["local"] for line in granted], ["Fri 2026-11-20 16:59"])
        self.assertEqual(self.explain_time("--like", "late finance", "--output", "json").returncode, 0)

    def test_a_timeline_of_a_new_project_is_made_up_where_nothing_is_given(self):
        source = (self.made() / "markdown.endcap").read_text()
        workflow = re.search(r"^workflow (\w+)", source, re.M).group(1)
        done = endcap("explain-time", workflow, str(self.project), "--start", "2026-11-20 09:00")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"(?m)^Fri 2026-11-20 09:00    starts, key ")

    def test_a_question_that_is_not_understood_is_a_usage_error(self):
        done = self.explain_time("--given", "FinanceManager answers Fryday 17:10")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("Fryday is no day", done.stderr)
        done = endcap("explain-time", "NationalPromotoin", str(SOURCE / "workflows"))
        self.assertEqual(done.returncode, 2)
        self.assertIn("did you mean NationalPromotion?", done.stderr)

    # init

    def test_a_new_project_is_clean(self):
        self.made()
        done = self.check()
        self.assertEqual((done.returncode, done.stdout), (0, ""), done.stdout)
        self.assertIn("shop: clean (1 module, 1 system", done.stderr)

    def test_a_folder_that_is_not_empty_is_left_alone(self):
        self.project.mkdir()
        (self.project / "mine.txt").write_text("mine")
        done = endcap("init", str(self.project))
        self.assertEqual(done.returncode, 6)
        self.assertIn("is not empty", done.stderr)
        self.assertEqual([path.name for path in self.project.iterdir()], ["mine.txt"])
        self.assertEqual(endcap("init", str(self.project / "mine.txt")).returncode, 6)

    def test_a_folder_that_cannot_be_made_is_an_error(self):
        (self.folder / "file").write_text("")
        done = endcap("init", str(self.folder / "file" / "shop"))
        self.assertEqual(done.returncode, 3)
        self.assertIn("can't make", done.stderr)

    # check

    def test_the_shipped_workflows_are_clean(self):
        done = endcap("check", str(SOURCE / "workflows"))
        self.assertEqual((done.returncode, done.stdout), (0, ""), done.stdout)

    # test

    def test_a_new_project_passes_its_test(self):
        self.made()
        done = endcap("test", str(self.project))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("1 test: 1 passed, 0 failed", done.stdout)
        self.assertIn("policy rows     1 of 3", done.stdout)
        self.assertIn("row 1 of MarkdownGate", endcap("test", str(self.project), "--coverage").stdout)
        incomplete = endcap("test", str(self.project), "--complete")
        self.assertEqual(incomplete.returncode, 1)
        self.assertIn("row 1 of MarkdownGate", incomplete.stdout)
        self.assertIn("coverage is not complete", incomplete.stderr)

    def test_a_failing_test_shows_its_line_and_what_led_there(self):
        self.made()
        self.edit("markdown.endcap", "expect write Price.change for \"KETTLE\" once", "expect no write Price.change")
        done = endcap("test", str(self.project))
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, r"markdown\.endcap:\d+: expect no write Price\.change\n    since the last `expect`, Price\.change happened once")
        self.assertRegex(done.stdout, r"2026-11-23 11:00 +write +act")
        junit = endcap("test", str(self.project), "--format", "junit")
        self.assertEqual(junit.returncode, 1)
        suites = ElementTree.fromstring(junit.stdout)
        self.assertEqual((suites.get("tests"), suites.get("failures")), ("1", "1"))
        told = json.loads(endcap("test", str(self.project), "--format", "json").stdout)
        self.assertEqual((told["passed"], told["failed"]), (0, 1))

    def test_tests_that_cannot_run(self):
        self.made()
        self.assertEqual(endcap("test", str(self.project), "--filter", "no such").returncode, 2)
        self.assertEqual(endcap("test", str(self.folder / "nowhere")).returncode, 3)
        self.edit("markdown.endcap", "expect outcome MarkedDown", "expect outcome MarkdDown")
        done = endcap("test", str(self.project), "--format", "json")
        told = json.loads(done.stdout)
        self.assertEqual((done.returncode, told["tests"], told["findings"][0]["code"]), (1, [], "EC0806"))
        self.assertIn("EC0806", done.stderr)
        path = self.project / "markdown.endcap"
        path.write_text(path.read_text().split("-- What must hold")[0])
        self.assertEqual(endcap("test", str(self.project)).returncode, 1)

    def test_a_finding_is_told_in_three_formats(self):
        self.made()
        self.edit("markdown.endcap", "= Cost in Currency", "= Costs in Currency")
        human, short = self.check(), self.check("--format", "short")
        for done in (human, short):
            self.assertEqual(done.returncode, 1)
            self.assertNotIn("\x1b", done.stdout)
            self.assertIn("error", done.stderr)
        self.assertRegex(human.stdout, r"error EC\d{4}: .*Costs")
        self.assertRegex(short.stdout, r"^markdown\.endcap:\d+:\d+: error EC\d{4}: .*Costs")
        found = json.loads(self.check("--format", "json").stdout)
        self.assertEqual(found[0]["path"], "markdown.endcap")
        self.assertEqual(found[0]["severity"], "error")
        self.assertEqual(json.loads(endcap("check", str(SOURCE / "workflows"), "--format", "json").stdout), [])

    def test_the_ir_is_printed_on_request(self):
        self.made()
        done = self.check("--emit", "ir")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("Markdown", done.stdout)

    def test_a_changed_schema_is_refused_until_it_is_pinned(self):
        self.made()
        self.edit("schemas/shop.edmx", "<!-- The shop", "<!-- The new shop")
        done = self.check("--format", "short")
        self.assertEqual(done.returncode, 1)
        self.assertIn("EC0152", done.stdout)
        done = self.check("--lock")
        self.assertEqual((done.returncode, done.stdout), (0, ""), done.stdout)
        self.assertIn("pinned 1 schema", done.stderr)
        self.assertEqual(self.check().returncode, 0)

    def test_a_missing_lock_is_a_finding(self):
        (self.made() / "endcap.lock").unlink()
        done = self.check("--format", "short")
        self.assertEqual(done.returncode, 1)
        self.assertIn("warning EC0150", done.stdout)

    def test_a_schema_that_is_not_xml_is_told_and_not_pinned(self):
        self.made()
        before = (self.project / "endcap.lock").read_text()
        (self.project / "schemas/shop.edmx").write_text("not xml")
        done = self.check("--lock", "--format", "short")
        self.assertEqual(done.returncode, 1)
        self.assertIn("EC0102", done.stdout)
        self.assertEqual((self.project / "endcap.lock").read_text(), before)

    def test_a_folder_without_a_project(self):
        done = endcap("check", str(self.folder))
        self.assertEqual(done.returncode, 1)
        self.assertIn("endcap init", done.stdout)
        done = endcap("check", str(self.folder / "nowhere"))
        self.assertEqual((done.returncode, done.stdout), (3, ""))
        self.assertIn("there is no folder", done.stderr)

    def test_output_that_cannot_be_written_is_an_error(self):
        self.made()
        (self.project / "endcap.lock").unlink()
        with open("/dev/full", "w") as full:
            done = subprocess.run([ENDCAP, "check", str(self.project)], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
        self.assertEqual(done.returncode, 3)
        self.assertIn("can't write the output", done.stderr)

    # fmt

    MESSY = 'module  messy\n\n\n-- why\ntype A=Text(4)\ntype  Longer = Text( 18 ) -- what\n'
    NEAT = 'module messy\n\n-- why\ntype A      = Text(4)\ntype Longer = Text(18)  -- what\n'

    def messy(self, name: str = "messy.endcap"):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.MESSY)
        return path

    def test_a_new_project_is_in_its_layout(self):
        self.made()
        done = endcap("fmt", "--check", str(self.project))
        self.assertEqual((done.returncode, done.stdout), (0, ""))
        self.assertIn("0 of 1 file would change", done.stderr)

    def test_the_sources_of_the_current_folder_are_formatted_in_place(self):
        top, below, hidden = self.messy("a.endcap"), self.messy("sub/b.endcap"), self.messy(".git/c.endcap")
        top.chmod(0o640)
        done = endcap("fmt", cwd=self.folder)
        self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)
        self.assertIn("2 of 2 files changed", done.stderr)
        self.assertEqual((top.read_text(), below.read_text(), hidden.read_text()), (self.NEAT, self.NEAT, self.MESSY))
        self.assertEqual(top.stat().st_mode & 0o777, 0o640)
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), [".git", "a.endcap", "sub"])
        written = top.stat()
        done = endcap("fmt", cwd=self.folder)
        self.assertIn("0 of 2 files changed", done.stderr)
        self.assertEqual((top.stat().st_mtime_ns, top.stat().st_ino), (written.st_mtime_ns, written.st_ino))

    def test_what_would_change_is_listed_and_left(self):
        messy, neat = self.messy("a.endcap"), self.messy("b.endcap")
        neat.write_text(self.NEAT)
        done = endcap("fmt", "--check", cwd=self.folder)
        self.assertEqual((done.returncode, done.stdout), (1, "a.endcap\n"), done.stderr)
        self.assertIn("1 of 2 files would change", done.stderr)
        self.assertEqual(messy.read_text(), self.MESSY)
        self.assertEqual(endcap("fmt", "--check", str(neat)).returncode, 0)

    def test_stdin_is_formatted_to_stdout(self):
        done = endcap("fmt", "-", input=self.MESSY)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, self.NEAT, ""))
        self.assertEqual(endcap("fmt", "-", input=self.NEAT.replace("\n", "\r\n")).stdout, self.NEAT)
        for text, code in ((self.MESSY, 1), (self.NEAT, 0)):
            done = endcap("fmt", "--check", "-", input=text)
            self.assertEqual((done.returncode, done.stdout), (code, "stdin\n" if code else ""))
        done = endcap("fmt", "-", input="record R { a }")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, r"EC0001.*\n.*stdin:1:14")
        with open("/dev/full", "w") as full:
            done = subprocess.run([ENDCAP, "fmt", "-"], input=self.MESSY, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
        self.assertEqual(done.returncode, 3)

    def test_a_source_with_a_syntax_error_is_left_and_the_others_are_formatted(self):
        messy, broken, binary = self.messy("a.endcap"), self.messy("b.endcap"), self.messy("c.endcap")
        broken.write_text(self.MESSY + "record R { a }\n")
        binary.write_bytes(b"module \xff")
        done = endcap("fmt", str(self.folder))
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, r"error EC0001.*\n.*b\.endcap:7:14")
        self.assertIn("error EC0002", done.stdout)
        self.assertIn("1 of 3 files changed, 2 files left as they are: there are syntax errors", done.stderr)
        self.assertEqual(messy.read_text(), self.NEAT)
        self.assertEqual(broken.read_text(), self.MESSY + "record R { a }\n")
        self.assertEqual(binary.read_bytes(), b"module \xff")

    def test_a_link_stays_a_link(self):
        messy = self.messy("real/a.endcap")
        link = self.folder / "link.endcap"
        link.symlink_to("real/a.endcap")
        self.assertEqual(endcap("fmt", str(link)).returncode, 0)
        self.assertTrue(link.is_symlink())
        self.assertEqual(messy.read_text(), self.NEAT)

    def test_paths_that_cannot_be_formatted(self):
        messy = self.messy()
        done = endcap("fmt", str(self.folder / "nowhere"), str(messy))
        self.assertEqual((done.returncode, done.stdout), (3, ""))
        self.assertIn("there is no ", done.stderr)
        self.assertEqual(messy.read_text(), self.NEAT)
        (self.folder / "empty").mkdir()
        done = endcap("fmt", str(self.folder / "empty"))
        self.assertEqual(done.returncode, 3)
        self.assertIn("there is no .endcap file in", done.stderr)
        self.assertEqual(endcap("fmt", "-", str(messy), input="").returncode, 2)
        messy = self.messy()
        (self.folder / "messy.endcap.new").mkdir()  # in the way of what is written beside it
        done = endcap("fmt", str(messy))
        self.assertEqual(done.returncode, 3)
        self.assertIn("can't write", done.stderr)
        self.assertEqual(messy.read_text(), self.MESSY)

    # explain

    def test_every_code_is_listed_and_explained(self):
        listed = endcap("explain")
        codes = re.findall(r"^EC\d{4}", listed.stdout, re.M)
        self.assertGreater(len(codes), 60)
        for code in ("EC0152", "ec0001"):
            done = endcap("explain", code)
            self.assertEqual(done.returncode, 0)
            self.assertTrue(done.stdout.startswith("# " + code.upper()), done.stdout)

    def test_an_unknown_code(self):
        done = endcap("explain", "EC0999")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("there is no diagnostic EC0999", done.stderr)

    # the command line

    def test_help_teaches_with_an_example(self):
        done = endcap("--help")
        self.assertEqual(done.returncode, 0)
        self.assertIn("endcap init shop", done.stdout)
        self.assertIn("Exit codes: 0 clean, 1 findings", done.stdout)
        commands = re.findall(r"^  ([a-z]+)\s{2,}\S", done.stdout[done.stdout.index("Subcommands:"):], re.M)
        self.assertIn("check", commands)
        for command in commands:
            text = endcap(command, "--help")
            self.assertEqual(text.returncode, 0)
            self.assertRegex(text.stdout, rf"Example:\n +.*endcap {command}", command)

    def test_a_command_line_that_makes_no_sense(self):
        for arguments in ([], ["chekc"], ["check", "--format", "xml"], ["check", "--emit", "asm"], ["init"], ["check", "a", "b"]):
            done = endcap(*arguments)
            self.assertEqual((done.returncode, done.stdout), (2, ""), arguments)
        self.assertIn("did you mean `endcap check`?", endcap("chekc").stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
