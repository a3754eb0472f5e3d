// The SARIF log: what the standard requires, and what a scanning service needs to show a finding beside its
// line.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/compiler/diag/example.h"

using namespace endcap;
using Json = nlohmann::json;

namespace {

Json log_of(const std::vector<Diagnostic>& diagnostics, const SourceMap& sources, std::string folder = "") {
  return Json::parse(render(diagnostics, sources, {.format = Format::Sarif, .folder = std::move(folder)}));
}

// SARIF 2.1.0, 3.30: text regions count from 1.
void check_region(const Json& region) {
  REQUIRE(region.at("startLine").get<int>() >= 1);
  if (!region.contains("startColumn")) return;
  CHECK(region.at("startColumn").get<int>() >= 1);
  CHECK(region.at("endLine").get<int>() >= region.at("startLine").get<int>());
  if (region["endLine"] == region["startLine"])
    CHECK(region.at("endColumn").get<int>() >= region["startColumn"].get<int>());
}

void check_artifact(const Json& artifact) {
  const std::string uri = artifact.at("uri");
  CHECK_FALSE(uri.empty());
  CHECK(uri.find(' ') == std::string::npos);
  CHECK(artifact.contains("uriBaseId") != uri.starts_with("file:///"));
}

void check_location(const Json& location) {
  check_artifact(location.at("physicalLocation").at("artifactLocation"));
  check_region(location.at("physicalLocation").at("region"));
}

void check_fix(const Json& fix) {
  CHECK(fix.at("description").at("text").is_string());
  CHECK(fix.at("properties").at("safe").is_boolean());
  REQUIRE_FALSE(fix.at("artifactChanges").empty());
  for (const Json& change : fix["artifactChanges"]) {
    check_artifact(change.at("artifactLocation"));
    REQUIRE_FALSE(change.at("replacements").empty());
    for (const Json& replacement : change["replacements"]) check_region(replacement.at("deletedRegion"));
  }
}

// What the schema requires of each object that is written, with the references between them.
void check_shape(const Json& log) {
  CHECK(log.at("version") == "2.1.0");
  REQUIRE(log.at("runs").size() == 1);
  const Json& run = log["runs"][0];
  CHECK(run.at("columnKind") == "unicodeCodePoints");
  const Json& driver = run.at("tool").at("driver");
  CHECK(driver.at("name") == "endcap");
  const Json& rules = driver.at("rules");
  REQUIRE(rules.is_array());
  for (const Json& rule : rules) {
    CHECK(find_diagnostic(rule.at("id").get<std::string>()) != nullptr);
    CHECK_FALSE(rule.at("shortDescription").at("text").get<std::string>().empty());
    CHECK_FALSE(rule.at("help").at("text").get<std::string>().empty());
  }
  REQUIRE(run.at("results").is_array());
  for (const Json& result : run["results"]) {
    CHECK(rules.at(result.at("ruleIndex").get<size_t>()).at("id") == result.at("ruleId"));
    CHECK_FALSE(result.at("message").at("text").get<std::string>().empty());
    const std::string level = result.at("level");
    CHECK((level == "error" || level == "warning" || level == "note"));
    REQUIRE(result.at("locations").size() == 1);
    check_location(result["locations"][0]);
    for (const Json& related : result.value("relatedLocations", Json::array())) {
      check_location(related);
      CHECK(related.at("message").at("text").is_string());
    }
    for (const Json& fix : result.value("fixes", Json::array())) check_fix(fix);
  }
}

}  // namespace

TEST_CASE("a finding is a result with its region, related locations, fix, and a rule that explains it") {
  const Example example;
  const Json log = log_of(example.one(), example.sources, "shops/north west");
  check_shape(log);
  const Json& rule = log["runs"][0]["tool"]["driver"]["rules"][0];
  CHECK(rule["id"] == "EC0001");
  CHECK(rule["help"]["markdown"] == explanation(DiagnosticKind::SyntaxError));
  const Json& result = log["runs"][0]["results"][0];
  CHECK(result["message"]["text"] == "Promotion has no field `landedCoast`\nFields are declared in views.");
  const Json& place = result["locations"][0]["physicalLocation"];
  CHECK(place["artifactLocation"]["uri"] == "shops/north%20west/flow.endcap");
  CHECK(place["region"] == Json{{"startLine", 2}, {"startColumn", 20}, {"endLine", 2}, {"endColumn", 31}});
  REQUIRE(result["relatedLocations"].size() == 2);
  CHECK(result["relatedLocations"][1]["message"]["text"] == "the schema has this");
  CHECK(result["relatedLocations"][1]["physicalLocation"]["region"]["startLine"] == 2);
  const Json& replacement = result["fixes"][0]["artifactChanges"][0]["replacements"][0];
  CHECK(replacement["insertedContent"]["text"] == "landedCost");
  CHECK(replacement["deletedRegion"] == place["region"]);
}

TEST_CASE("a rule is listed once, however often it is broken") {
  const Example example;
  Diagnostics diagnostics;
  for (const DiagnosticKind kind :
       {DiagnosticKind::UnknownUnit, DiagnosticKind::SyntaxError, DiagnosticKind::UnknownUnit})
    diagnostics.emit(kind, example.find(example.flow, "let"), {"x"});
  const Json log = log_of(diagnostics.all(), example.sources);
  check_shape(log);
  CHECK(log["runs"][0]["tool"]["driver"]["rules"].size() == 2);
  CHECK(log["runs"][0]["results"][2]["ruleIndex"] == 0);
}

TEST_CASE("every rule of the table has the shape, and a finding without a place stands in endcap.toml") {
  const SourceMap sources;
  Diagnostics diagnostics;
  for (const DiagnosticInfo& entry : all_diagnostics())
    diagnostics.emit(entry.kind, {}, {"a", "b", "c", "d"});
  const Json log = log_of(diagnostics.all(), sources, "/srv/shop");
  check_shape(log);
  CHECK(log["runs"][0]["tool"]["driver"]["rules"].size() == all_diagnostics().size());
  CHECK(log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] ==
        "file:///srv/shop/endcap.toml");
}

TEST_CASE("a project without findings has a log without results") {
  const SourceMap sources;
  const Json log = log_of({}, sources);
  check_shape(log);
  CHECK(log["runs"][0]["results"] == Json::array());
}
