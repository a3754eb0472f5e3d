// How diagnostics look to people, to editors that read one line each, and to programs.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/compiler/diag/example.h"

using namespace endcap;

TEST_CASE("a person reads the sentence, the place, what belongs to it in other files, notes and the fix") {
  const Example example;
  CHECK(render(example.one(), example.sources, {}) == R"(error EC0001: Promotion has no field `landedCoast`
 --> flow.endcap:2:20
  |
2 |     let größe = promo.landedCoast
  |                       ^^^^^^^^^^^
  |                 ----- this is a Promotion
 ::: erp.edmx:2:19
  |
2 |   <Property Name="LandedCost"/>
  |                   ---------- the schema has this
  = note: Fields are declared in views.
  = fix: write `landedCost`
)");
}

TEST_CASE("without colour there is no escape sequence, with colour there is") {
  const Example example;
  CHECK(render(example.one(), example.sources, {Format::Human, false}).find('\x1b') == std::string::npos);
  CHECK(render(example.one(), example.sources, {Format::Human, true}).find("\x1b[1;31merror EC0001") == 0);
}

TEST_CASE("the short format is one line a diagnostic, with 1-based columns that count characters") {
  const Example example;
  CHECK(render(example.one(), example.sources, {Format::Short}) ==
        "flow.endcap:2:20: error EC0001: Promotion has no field `landedCoast`\n");
}

TEST_CASE("a program reads an array with places, labels, notes and the fix") {
  const Example example;
  const auto json = nlohmann::json::parse(render(example.one(), example.sources, {Format::Json}));
  REQUIRE(json.size() == 1);
  CHECK(json[0]["code"] == "EC0001");
  CHECK(json[0]["name"] == "SyntaxError");
  CHECK(json[0]["severity"] == "error");
  CHECK(json[0]["path"] == "flow.endcap");
  CHECK(json[0]["line"] == 2);
  CHECK(json[0]["column"] == 20);
  CHECK(json[0]["end_column"] == 31);
  CHECK(json[0]["labels"][1]["path"] == "erp.edmx");
  CHECK(json[0]["notes"][0] == "Fields are declared in views.");
  CHECK(json[0]["fix"]["replacement"] == "landedCost");
  CHECK(json[0]["fix"]["safe"] == true);
  CHECK(render({}, example.sources, {Format::Json}) == "[]\n");
}

TEST_CASE("a diagnostic without a file is a sentence alone") {
  const SourceMap sources;
  Diagnostics diagnostics;
  diagnostics.emit(DiagnosticKind::SyntaxError, {}, {"no project here"}).note("Make one with `endcap init`.");
  CHECK(render(diagnostics.all(), sources, {}) ==
        "error EC0001: no project here\n  = note: Make one with `endcap init`.\n");
  CHECK(render(diagnostics.all(), sources, {Format::Short}) == "error EC0001: no project here\n");
  CHECK(nlohmann::json::parse(render(diagnostics.all(), sources, {Format::Json}))[0]["path"].is_null());
}

TEST_CASE("a very long line is shown around its mark, and a file can't send escape sequences to a terminal") {
  SourceMap sources;
  const std::string filler(5000, 'x');
  const SourceId long_line = sources.add("long.xml", filler + " HERE \x1b[31m" + filler);
  Diagnostics diagnostics;
  diagnostics.emit(DiagnosticKind::SyntaxError, {long_line, 5001, 5005}, {"bad \x1b[2J"});
  const std::string text = render(diagnostics.all(), sources, {});
  CHECK(text.size() < 600);
  CHECK(text.find("HERE") != std::string::npos);
  CHECK(text.find('\x1b') == std::string::npos);
}

TEST_CASE("a span over several lines is marked on its first line; one at the end of the file is a caret") {
  SourceMap sources;
  const SourceId source = sources.add("a", "one two\nthree");
  Diagnostics diagnostics;
  diagnostics.emit(DiagnosticKind::SyntaxError, {source, 4, 13}, {"x"});
  diagnostics.emit(DiagnosticKind::SyntaxError, {source, 13, 13}, {"y"});
  const std::string text = render(diagnostics.all(), sources, {});
  CHECK(text.find("1 | one two\n  |     ^^^\n") != std::string::npos);
  CHECK(text.find("2 | three\n  |      ^\n") != std::string::npos);
}

TEST_CASE("every format has a name, and a name that is none gives none") {
  for (const std::string& name : format_names()) CHECK_MESSAGE(find_format(name).has_value(), name);
  CHECK(format_names() == std::vector<std::string>{"human", "short", "json", "sarif", "github", "junit"});
  CHECK_FALSE(find_format("xml").has_value());
}
