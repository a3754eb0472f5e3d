// Tables and policies: what the compiler proves is what brute force finds.
#include <fmt/format.h>

#include "checked.h"
#include "tests/unit/compiler/sema/random_tables.h"

namespace endcap::sema {
namespace {

using ColumnKind = RandomColumn::Kind;

const std::string kSize = "enum Size { small, middle, large }\n";

std::string policy(const RandomTable& random) {
  std::string parameters;
  for (const RandomColumn& column : random.columns)
    parameters += fmt::format(", {}: {}", column.name, column.type);
  std::string text = kSize + "use system erp\nsystem erp {\n  operation Act(store: StoreId" + parameters +
                     ") is write {\n    update Labels(Plant: store) { Text: \"x\" }\n    idempotent\n"
                     "    owner Clerk\n  }\n}\npolicy Gate governs Act for (" +
                     parameters.substr(2) + ") {\n";
  for (size_t row = 0; row < random.rows.size(); ++row)
    text += "  | approval by Clerk when " + random.condition(row) + "\n";
  return text + (random.otherwise ? "  | approval by Finance otherwise\n}\n" : "}\n");
}

// The finding of this kind, as a person reads it.
std::string message(const Checked& checked, DiagnosticKind kind) {
  for (const Diagnostic& each : checked.diagnostics.all()) {
    if (each.kind == kind) return checked.rendered();
  }
  return "";
}

}  // namespace

TEST_CASE("a random table has a gap, an overlap or a dead row exactly where brute force finds one") {
  std::mt19937 random(20261126);
  int sound = 0, gaps = 0, overlaps = 0, never = 0;
  for (int i = 0; i < 200; ++i) {
    const RandomTable table =
        random_table(random, {ColumnKind::Int, ColumnKind::Percent, ColumnKind::Ratio, ColumnKind::Enum,
                              ColumnKind::Bool, ColumnKind::Text, ColumnKind::Presence});
    const std::string text = kSize + table.table("T");
    const Checked checked(text);
    CAPTURE(text);
    CAPTURE(checked.rendered());
    const RandomTable::Verdict verdict = table.brute_force();
    CHECK(checked.says(DiagnosticKind::TableGap) == verdict.gap);
    CHECK(checked.says(DiagnosticKind::TableOverlap) == verdict.overlap);
    CHECK(checked.says(DiagnosticKind::TableRowNever) == verdict.never());
    CHECK(checked.diagnostics.has_errors() == (verdict.gap || verdict.overlap || verdict.never()));
    gaps += verdict.gap;
    overlaps += verdict.overlap;
    never += verdict.never();
    sound += !checked.diagnostics.has_errors();
  }
  // The sample shows every verdict.
  CHECK(sound > 30);
  CHECK(gaps > 20);
  CHECK(overlaps > 20);
  CHECK(never > 5);
}

TEST_CASE("a random policy has a gap or an overlap exactly where brute force finds one") {
  std::mt19937 random(20261127);
  int sound = 0, gaps = 0, overlaps = 0;
  for (int i = 0; i < 200; ++i) {
    const RandomTable rows = random_table(random, {ColumnKind::Int, ColumnKind::Percent, ColumnKind::Enum,
                                                   ColumnKind::Bool, ColumnKind::Text, ColumnKind::Presence});
    const std::string text = policy(rows);
    const Checked checked(text);
    CAPTURE(text);
    CAPTURE(checked.rendered());
    const RandomTable::Verdict verdict = rows.brute_force();
    CHECK(checked.says(DiagnosticKind::PolicyGap) == verdict.gap);
    CHECK(checked.says(DiagnosticKind::PolicyOverlap) == verdict.overlap);
    CHECK(checked.diagnostics.has_errors() == (verdict.gap || verdict.overlap));
    gaps += verdict.gap;
    overlaps += verdict.overlap;
    sound += !checked.diagnostics.has_errors();
  }
  CHECK(sound > 30);
  CHECK(gaps > 20);
  CHECK(overlaps > 20);
}

TEST_CASE("the counterexample of a table is a case in the words of its header") {
  const auto gap = [](const std::string& type, const std::string& below, const std::string& above) {
    return message(Checked("table T(x: " + type + ") -> Int {\n  | x | n |\n  | " + below + " | 1 |\n  | " +
                           above + " | 2 |\n}\n"),
                   DiagnosticKind::TableGap);
  };
  CHECK(gap("Duration", "< 2 days", "> 2 days").find("applies when x is 2 days") != std::string::npos);
  CHECK(gap("Date", "< 2026-12-01", "> 2026-12-01").find("x is 2026-12-01") != std::string::npos);
  CHECK(gap("Time", "< 06:00", "> 06:00").find("x is 06:00") != std::string::npos);
  CHECK(gap("Time", "[00:00 .. 06:00)", ">= 06:00").empty());  // no time is before midnight
  CHECK(gap("Money<AUD>", "< AUD 5.00", "> AUD 5.00").find("x is 5.00 AUD") != std::string::npos);
  CHECK(gap("Ratio", "< 12.5%", "> 12.5%").find("x is 12.5%") != std::string::npos);
  CHECK(gap("Text(3)", "\"NSW\"", "\"VIC\"").find("x is another text") != std::string::npos);
  const std::string present = gap("optional Int", "absent", "absent");
  INFO(present);
  CHECK(present.find("x is present") != std::string::npos);
}

TEST_CASE("one term in two scales is one term") {
  const Checked checked(R"(
use system erp
system erp {
  operation Act(store: StoreId, share: Percent(4, 1)) is write {
    update Labels(Plant: store) { Text: "x" }
    idempotent
    owner Clerk
  }
}
policy Gate governs Act for (share: Percent(4, 1)) {
  | approval by Clerk   when share < 12.25%
  | approval by Finance when share >= 12.3%
}
)");
  INFO(checked.rendered());
  CHECK_FALSE(checked.diagnostics.has_errors());  // nothing with one place lies between 12.2% and 12.3%
}

TEST_CASE("a table is a function: the rows are its body, and its result the declared type") {
  Checked checked(
      "table T(x: Int) -> optional Priority {\n  | x | p |\n  | < 2 | high |\n  | otherwise | absent |\n}\n");
  INFO(checked.rendered());
  REQUIRE_FALSE(checked.diagnostics.has_errors());
  REQUIRE(checked.program.tables.size() == 1);
  const Function& function = checked.program.functions[checked.program.tables[0].function.index];
  CHECK(function.name == "T");
  CHECK(checked.program.abi.types[function.result].kind == abi::Kind::Optional);
  CHECK(std::get<Operation>(function.body->node).op == Operator::Conditional);
  CHECK_FALSE(checked.program.tables[0].rows[1].condition);
}

}  // namespace endcap::sema
