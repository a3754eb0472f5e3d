// Results as text: see report.h.
#include "tools/testing/report.h"

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "compiler/diag/render_formats.h"

namespace endcap::testing {
namespace {

using Json = nlohmann::ordered_json;

std::string place(const Result& result, uint32_t line) {
  return fmt::format("{}:{}", result.source_path, line);
}

std::string failure_text(const Result& result) {
  std::string out;
  for (const Failure& failure : result.failures) {
    out += fmt::format("  {}: {}\n    {}\n", place(result, failure.line), failure.wanted, failure.happened);
  }
  if (result.timeline.empty()) return out;
  out += fmt::format("  what led there ({}):\n", result.zone);
  for (const std::string& line : result.timeline) out += "    " + line + "\n";
  return out;
}

std::string coverage_text(const Coverage& coverage, bool missed) {
  std::string out = "\ncoverage\n";
  for (const Coverage::Group& group : coverage.groups) {
    out += fmt::format("  {:<15} {} of {}\n", group.name, group.reached, group.total);
    if (!missed) continue;
    for (const Coverage::Place& place : group.missed)
      out += fmt::format("    {}:{}: {}\n", place.source_path, place.line, place.text);
  }
  return out;
}

}  // namespace

std::string human_report(const Report& report, bool missed) {
  std::string out;
  double seconds = 0;
  for (const Result& result : report.results) {
    out += fmt::format("{:<6}{}\n", result.passed() ? "ok" : "FAIL", result.name);
    if (!result.passed()) out += failure_text(result);
    seconds += result.seconds;
  }
  const size_t count = report.results.size();
  out += fmt::format("{}{} test{}: {} passed, {} failed\n", count == 0 ? "" : "\n", count,
                     count == 1 ? "" : "s", count - report.failed(), report.failed());
  if (report.left_out > 0) out += fmt::format("{} left out by --filter\n", report.left_out);
  return count == 0 ? out : out + coverage_text(report.coverage, missed);
}

std::string json_report(const Report& report, const std::string& findings) {
  Json tests = Json::array();
  for (const Result& result : report.results) {
    Json failures = Json::array();
    for (const Failure& failure : result.failures)
      failures.push_back(
          {{"line", failure.line}, {"expected", failure.wanted}, {"happened", failure.happened}});
    Json test = {{"name", result.name}, {"module", result.module},   {"file", result.source_path},
                 {"line", result.line}, {"passed", result.passed()}, {"seconds", result.seconds},
                 {"failures", failures}};
    if (!result.passed()) test["timeline"] = result.timeline;
    tests.push_back(std::move(test));
  }
  Json coverage = Json::array();
  for (const Coverage::Group& group : report.coverage.groups) {
    Json missed = Json::array();
    for (const Coverage::Place& place : group.missed)
      missed.push_back({{"file", place.source_path}, {"line", place.line}, {"what", place.text}});
    coverage.push_back(
        {{"name", group.name}, {"reached", group.reached}, {"total", group.total}, {"missed", missed}});
  }
  Json all{{"tests", tests},
           {"passed", report.results.size() - report.failed()},
           {"failed", report.failed()},
           {"leftOut", report.left_out},
           {"coverage", coverage}};
  if (!findings.empty()) all["findings"] = Json::parse(findings);
  return all.dump() + "\n";
}

std::string junit_report(const Report& report, const std::string& folder) {
  std::map<std::string, JunitSuite> modules;
  for (const Result& result : report.results) {
    JunitCase test{result.name, path_from(folder, result.source_path), result.line, result.seconds};
    // One failure a test: what came after the first is often its consequence, and stands in the text.
    if (!result.passed()) {
      const Failure& first = result.failures.front();
      test.failures.push_back({first.wanted + ": " + first.happened, "test", failure_text(result)});
    }
    JunitSuite& suite = modules[result.module];
    suite.name = result.module;
    suite.cases.push_back(std::move(test));
  }
  std::vector<JunitSuite> suites;
  for (auto& [module, suite] : modules) suites.push_back(std::move(suite));
  return endcap::junit_report(suites);
}

std::vector<ReportFinding> report_findings(const Report& report, const std::string& folder, bool missed) {
  std::vector<ReportFinding> findings;
  for (const Result& result : report.results) {
    const std::string path = path_from(folder, result.source_path);
    const ReportPlace test{path, {result.line, 1}};
    for (const Failure& failure : result.failures) {
      const bool inside = failure.line != 0 && failure.line != result.line;
      ReportFinding finding{
          .rule = "test/failed",
          .rule_name = "test failed",
          .message = fmt::format("test \"{}\": {}: {}", result.name, failure.wanted, failure.happened),
          .place = inside ? ReportPlace{path, {failure.line, 1}} : test};
      if (inside) finding.related.emplace_back(test, "the test begins here");
      findings.push_back(std::move(finding));
    }
  }
  if (!missed) return findings;
  for (const Coverage::Group& group : report.coverage.groups) {
    for (const Coverage::Place& place : group.missed)
      findings.push_back({.rule = "test/" + rule_id(group.name) + "-missed",
                          .rule_name = group.name + " missed",
                          .severity = Severity::Warning,
                          .message = "no test has been to " + place.text,
                          .place = ReportPlace{path_from(folder, place.source_path), {place.line, 1}}});
  }
  return findings;
}

}  // namespace endcap::testing
