// Results as text: see report.h.
#include "tools/testing/report.h"

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

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

// What XML 1.0 can hold: control characters become `?`.
std::string xml(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\n':
        out += "&#10;";
        break;
      default:
        out += static_cast<unsigned char>(c) < 0x20 && c != '\t' ? '?' : c;
    }
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

std::string json_report(const Report& report) {
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
  return Json{{"tests", tests},
              {"passed", report.results.size() - report.failed()},
              {"failed", report.failed()},
              {"leftOut", report.left_out},
              {"coverage", coverage}}
             .dump() +
         "\n";
}

std::string junit_report(const Report& report) {
  std::map<std::string, std::vector<const Result*>> modules;
  for (const Result& result : report.results) modules[result.module].push_back(&result);
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  out += fmt::format("<testsuites tests=\"{}\" failures=\"{}\">\n", report.results.size(), report.failed());
  for (const auto& [module, results] : modules) {
    size_t failed = 0;
    double seconds = 0;
    for (const Result* result : results) failed += result->passed() ? 0 : 1, seconds += result->seconds;
    out += fmt::format("  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" time=\"{:.3f}\">\n",
                       xml(module), results.size(), failed, seconds);
    for (const Result* result : results) {
      out += fmt::format("    <testcase classname=\"{}\" name=\"{}\" file=\"{}\" line=\"{}\" time=\"{:.3f}\"",
                         xml(module), xml(result->name), xml(result->source_path), result->line,
                         result->seconds);
      if (result->passed()) {
        out += "/>\n";
        continue;
      }
      const Failure& first = result->failures.front();
      out += fmt::format(">\n      <failure message=\"{}\">{}</failure>\n    </testcase>\n",
                         xml(first.wanted + ": " + first.happened), xml(failure_text(*result)));
    }
    out += "  </testsuite>\n";
  }
  return out + "</testsuites>\n";
}

}  // namespace endcap::testing
