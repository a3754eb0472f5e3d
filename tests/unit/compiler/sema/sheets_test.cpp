// Tables whose rows stand in a sheet: what the cells say, and where a finding in one of them is.
#include <fmt/format.h>

#include "checked.h"

namespace endcap::sema {
namespace {

Checked with_sheet(const std::string& sheet,
                   const std::string& parameters = "category: Text(10), margin: Ratio") {
  return Checked("table Fee(" + parameters + ") -> Money<AUD> from \"data/sheet.csv\"\n", nullptr, sheet);
}

// "data/sheet.csv:3:5 EC0301 `12`": findings in the sheet.
std::vector<std::string> findings(const Checked& checked) {
  std::vector<std::string> result;
  for (const Diagnostic& each : checked.diagnostics.sorted(checked.sources)) {
    if (info(each.kind).severity != Severity::Error) continue;
    const LineColumn at = checked.sources.line_column(each.span.source, each.span.begin);
    result.push_back(fmt::format("{}:{}:{} {} `{}`", checked.sources.file(each.span.source).path, at.line,
                                 at.column, info(each.kind).code, checked.sources.text(each.span)));
  }
  return result;
}

using Findings = std::vector<std::string>;

}  // namespace

TEST_CASE("a sheet is a table: whatever separates its cells, with or without quotes and a byte order mark") {
  for (const char* sheet : {
           "category,margin,fee\nfresh,>= 5%,AUD 1.00\nfresh,< 5%,AUD 2.00\notherwise,-,AUD 0.00\n",
           "category;margin;fee\r\n\r\n\"fresh\";>= 5%;AUD 1.00\r\nfresh;< 5%;AUD 2.00\r\notherwise;-;AUD "
           "0.00",
           "\xef\xbb\xbf"
           "category\tmargin\tfee\nfresh\t >= 5% \tAUD 1.00\nfresh\t< 5%\tAUD 2.00\notherwise\t-\tAUD "
           "0.00\n\n",
       }) {
    const Checked checked = with_sheet(sheet);
    CHECK(findings(checked) == Findings{});
    REQUIRE(checked.program.tables.size() == 1);
    CHECK(checked.program.tables[0].rows.size() == 3);
    CHECK_FALSE(checked.program.tables[0].rows[2].condition);
  }
}

TEST_CASE("a text stands as it is, with what would separate in quotes and a quote written twice") {
  const Checked checked = with_sheet(
      "category,fee\n\"a, b\",AUD 1.00\n\"5\"\" pot\",AUD 2.00\nM\u00fcsli,AUD 3.00\n>= 12%,AUD "
      "4.00\notherwise,AUD 0.00\n",
      "category: Text(10)");
  CHECK(findings(checked) == Findings{});
  REQUIRE(checked.program.tables.size() == 1);
  std::vector<std::string> texts;
  for (const Table::Row& row : checked.program.tables[0].rows) {
    if (!row.condition) continue;
    const auto& equal = std::get<Operation>(row.condition->node);
    texts.push_back(std::get<TextLiteral>(equal.operands[1]->node).text);
  }
  CHECK(texts == std::vector<std::string>{"a, b", "5\" pot", "M\u00fcsli", ">= 12%"});
}

TEST_CASE("an optional text is there or not") {
  const Checked checked =
      with_sheet("note,fee\npresent,AUD 1.00\nabsent,AUD 2.00\n", "note: optional Text(10)");
  CHECK(findings(checked) == Findings{});
}

TEST_CASE("a finding has its place in the sheet") {
  CHECK(findings(with_sheet(
            "category,margin,fee\nfresh,>= 5%,AUD 1.00\nfresh,> 2%,AUD 2.00\notherwise,-,AUD 0.00\n")) ==
        Findings{"data/sheet.csv:3:1 EC0582 `fresh,> 2%,AUD 2.00`"});
  CHECK(findings(with_sheet("category,margin,fee\nfresh,>= 5%%,AUD 1.00\n")) ==
        Findings{"data/sheet.csv:2:12 EC0004 `%`"});
  CHECK(findings(with_sheet("category,margin,fee\nfresh,>= 5% 3,AUD 1.00\n")) ==
        Findings{"data/sheet.csv:2:13 EC0001 `3`"});
  CHECK(findings(with_sheet("category,margin,fee\nfresh,\">= \",AUD 1.00\n")) ==
        Findings{"data/sheet.csv:2:10 EC0001 ``"});
  CHECK(with_sheet("category,margin,fee\nfresh,>= 5% 3,AUD 1.00\n")
            .rendered()
            .ends_with(
                "data/sheet.csv:2:13: error EC0001: expected the end of the cell after `5%`, found `3`\n"));
  CHECK(findings(with_sheet("category,margin,fee\nfresh,,AUD 1.00\n")) ==
        Findings{"data/sheet.csv:2:7 EC0345 ``"});
  CHECK(findings(with_sheet("category,margin,fee\na long category,-,AUD 1.00\notherwise,-,AUD 0.00\n")) ==
        Findings{"data/sheet.csv:2:1 EC0305 `a long category`"});
  CHECK(findings(with_sheet("category,margin,fee\nfresh,-\notherwise,-,AUD 0.00\n")) ==
        Findings{"data/sheet.csv:2:1 EC0344 `fresh,-`"});
  CHECK(findings(with_sheet("category,fee\nfresh,AUD 1.00\n")) ==
        Findings{"data/sheet.csv:1:1 EC0341 `category,fee`"});
}

TEST_CASE("what is no sheet is refused") {
  CHECK(with_sheet("\n").says(DiagnosticKind::SheetUnreadable));
  CHECK(findings(with_sheet("\n\r\n")) == Findings{"data/sheet.csv:1:1 EC0348 ``"});
  CHECK(findings(with_sheet("category,margin,fee\n\"fresh,-,AUD 1.00\n")) ==
        Findings{"data/sheet.csv:2:1 EC0348 `\"`"});
  CHECK(findings(with_sheet("category,margin,fee\n\"fresh\"ly,-,AUD 1.00\n")) ==
        Findings{"data/sheet.csv:2:7 EC0348 `\"`"});
}

TEST_CASE("a sheet may be longer than a table that is written, and not without end") {
  const auto rows = [](size_t count) {
    std::string sheet = "article,fee\n";
    for (size_t i = 0; i + 1 < count; ++i) sheet += fmt::format("A{},AUD {}.00\n", i, i);
    return sheet + "otherwise,AUD 0.00\n";
  };
  CHECK(findings(with_sheet(rows(400), "article: Text(10)")) == Findings{});
  CHECK(findings(with_sheet(rows(401), "article: Text(10)")) == Findings{"subject.endcap:4:7 EC0347 `Fee`"});
}

}  // namespace endcap::sema
