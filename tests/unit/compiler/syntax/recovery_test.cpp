// What is broken in one declaration stays there, and the message says what to write.
#include "tests/unit/compiler/syntax/fixture.h"

using namespace endcap;

TEST_CASE("a broken declaration keeps its name and its neighbours") {
  const Parsed parsed("record A { x: Int }\nrecord B { x Int }\nrecord C { x: Int }");
  CHECK(parsed.tree() == "(module (record A x:Int) (error B) (record C x:Int))");
  CHECK(parsed.said() == "2:14: error EC0001: expected `:` after `x`, found `Int`\n");
}

TEST_CASE("a brace that is never closed ends where the next declaration begins") {
  const Parsed parsed("workflow W(p: P) {\n  step a {\n    skip\n}\nrecord C { x: Int }");
  CHECK(parsed.tree() == "(module (error W) (record C x:Int))");
  REQUIRE(parsed.errors() == 1);
  REQUIRE(parsed.diagnostics.all()[0].labels.size() == 1);
  CHECK(parsed.sources.line_column(parsed.source, parsed.diagnostics.all()[0].labels[0].span.begin).line ==
        1);
}

TEST_CASE("a brace too many does not reach the next declaration") {
  const Parsed parsed("record A { x: Int } }\nrecord C { x: Int }");
  CHECK(parsed.tree() == "(module (error A) (record C x:Int))");
}

TEST_CASE("a misspelt keyword is recognised") {
  const auto fix = [](const std::string& text) {
    const Parsed parsed(text);
    REQUIRE(parsed.errors() == 1);
    REQUIRE(parsed.diagnostics.all()[0].fix.has_value());
    return parsed.diagnostics.all()[0].fix->replacement;
  };
  CHECK(fix("record A { }\nworklfow W(p: P) { }\nrecord B { }") == "workflow");
  CHECK(fix("workflow W(p: P) {\n  aprove x under M as g valid until y\n}") == "approve");
  CHECK(fix("workflow W(p: P) {\n  approve x under M as g valid until y {\n    withn 2 days\n  }\n}") ==
        "within");
  CHECK(fix("system e {\n  operaton X() { }\n}") == "operation");
  CHECK(fix("view S of e.E key a {\n  a: T = X requierd\n}") == "required");
  CHECK(fix("workflow W(p: P) {\n  let step = 3\n}") == "`step`");
}

TEST_CASE("messages are in the words of a planner") {
  CHECK(Parsed("workflow W(p: P) { approve x under M as g valid until y { within { } } }").said() ==
        "1:66: error EC0001: expected a deadline such as `4 business hours` after `within`, found `{`\n");
  CHECK(statement("when a = 5 { skip }") == "2:8: error EC0001: expected `{` after `a`, found `=`\n");
  CHECK(expression("a +") ==
        "1:28: error EC0001: expected a value after `+`, found the end of the declaration\n");
  CHECK(statement("let x = 5;") == "2:10: error EC0004: `;` means nothing in Endcap\n");
}

TEST_CASE("text without its closing quote is said once") {
  CHECK(statement("let x = \"abc\nskip") == "2:9: error EC0003: this text has no closing \" on its line\n");
  CHECK(statement("let x = `abc\nskip") ==
        "2:9: error EC0003: this quoted name has no closing ` on its line\n");
}

TEST_CASE("columns count characters, with CRLF and a byte order mark too") {
  CHECK(Parsed("module a\r\nrecord Gr\xc3\xb6\xc3\x9f"
               "e { x Int }\r\n")
            .said() == "2:18: error EC0001: expected `:` after `x`, found `Int`\n");
  CHECK(Parsed("\xef\xbb\xbfrecord A { x Int }").said() ==
        "1:14: error EC0001: expected `:` after `x`, found `Int`\n");
  CHECK(Parsed("\xef\xbb\xbfmodule a\nrecord \xe2\x82\xac { }").said().find("2:8:") == 0);
}

TEST_CASE("what is no text is said, and does not crash") {
  CHECK(Parsed("module a\xff\xfe").said().find("EC0002") != std::string::npos);
  CHECK(Parsed(std::string("\0\0\0module\0", 10)).errors() > 0);
  CHECK(Parsed("\xed\xa0\x80\xf8\x88\x80\x80\x80").errors() > 0);
  CHECK(Parsed("").tree() == "(module)");
  CHECK(Parsed("\n  -- nothing but a comment").tree() == "(module)");
  CHECK(Parsed("\xef\xbb\xbf").errors() == 0);
}
