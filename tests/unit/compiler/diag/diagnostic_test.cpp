// The table of diagnostics, its order and its suggestions.
#include "compiler/diag/diagnostic.h"

#include <doctest/doctest.h>

#include <regex>
#include <set>

using namespace endcap;

TEST_CASE("every code is used once, has four digits, and stands in ascending order") {
  std::string_view last = "EC0000";
  std::set<std::string_view> names;
  for (const auto& entry : all_diagnostics()) {
    CHECK(entry.code.size() == 6);
    CHECK_MESSAGE(last < entry.code, entry.code);
    CHECK_MESSAGE(names.insert(entry.name).second, entry.name);
    CHECK(&info(entry.kind) == &entry);
    last = entry.code;
  }
}

TEST_CASE("a code is found whatever its case, and an unknown one is not") {
  REQUIRE(find_diagnostic("ec0001") != nullptr);
  CHECK(find_diagnostic("ec0001")->name == "SyntaxError");
  CHECK(find_diagnostic("EC9999") == nullptr);
  CHECK(find_diagnostic("") == nullptr);
}

TEST_CASE("every code is explained, by what it means, an example that fails and one that passes") {
  std::string missing;
  for (const auto& entry : all_diagnostics()) {
    const std::string_view text = explanation(entry.kind);
    if (text.empty()) {
      missing += " " + std::string(entry.code);
      continue;
    }
    CHECK_MESSAGE(text.starts_with("# " + std::string(entry.code) + " " + std::string(entry.name) + "\n"),
                  entry.code);
    // 01xx are about files of other kinds: their examples are XML and TOML.
    for (const char* what : {"fails", "passes"}) {
      const std::regex fence(std::string("(^|\n)```[a-z]+ ") + what);
      CHECK_MESSAGE(std::regex_search(text.begin(), text.end(), fence), entry.code);
    }
  }
  WARN_MESSAGE(missing.empty(), "no explain/*.md for", missing);
}

TEST_CASE("a message without all of its arguments is a sentence with gaps, not a crash") {
  CHECK(message({.kind = DiagnosticKind::BadLiteral, .arguments = {"25:00"}}).find("25:00") !=
        std::string::npos);
}

TEST_CASE("diagnostics are sorted by file and place, those without a file first, equal ones as they came") {
  SourceMap sources;
  const SourceId b = sources.add("b.endcap", "0123456789");
  const SourceId a = sources.add("a.endcap", "0123456789");
  Diagnostics diagnostics;
  diagnostics.emit(DiagnosticKind::SyntaxError, {b, 1, 2}, {"third"});
  diagnostics.emit(DiagnosticKind::SyntaxError, {a, 5, 6}, {"second"});
  diagnostics.emit(DiagnosticKind::SyntaxError, {b, 1, 2}, {"fourth"});
  diagnostics.emit(DiagnosticKind::SyntaxError, {}, {"first"});
  std::vector<std::string> order;
  for (const auto& d : diagnostics.sorted(sources)) order.push_back(message(d));
  CHECK(order == std::vector<std::string>{"first", "second", "third", "fourth"});
  CHECK(diagnostics.error_count() == 4);
}

TEST_CASE("a warning is not an error") {
  Diagnostics diagnostics;
  for (const auto& entry : all_diagnostics()) {
    if (entry.severity == Severity::Warning) diagnostics.emit(entry.kind, {});
  }
  CHECK_FALSE(diagnostics.has_errors());
}

TEST_CASE("a typing mistake is recognised, another word is not") {
  const std::vector<std::string> fields{"landedCost", "launch", "price", "ea", "kg"};
  CHECK(did_you_mean("landedCoast", fields) == "landedCost");
  CHECK(did_you_mean("landedcost", fields) == "landedCost");
  CHECK(did_you_mean("luanch", fields) == "launch");
  CHECK(did_you_mean("eaa", fields) == "ea");
  CHECK_FALSE(did_you_mean("warehouse", fields).has_value());
  CHECK_FALSE(did_you_mean("zz", fields).has_value());
  CHECK_FALSE(did_you_mean("", fields).has_value());
  CHECK_FALSE(did_you_mean(std::string(5000, 'x'), fields).has_value());
}
