// Reports: what fails shows what led there; counts are whole; machines can read it.
#include <nlohmann/json.hpp>

#include "tests/unit/tools/testing/fixture.h"
#include "tools/testing/timeline.h"

using namespace endcap;
using namespace endcap::testing;

namespace {

std::string test_of(const std::string& name, const std::string& steps) {
  return "test \"" + name + "\" {\n" + kGiven + kStart + steps + "}\n";
}
std::string both() {
  return test_of("passes & <tells>", "  expect gate.pricing asked of Finance\n") +
         test_of("fails", "  Finance rejects gate.pricing because \"no\"\n  expect outcome Launched\n");
}

}  // namespace

TEST_CASE("a failure shows its line, the author's words and the timeline that led there") {
  const Report report = run(both());
  REQUIRE(report.results.size() == 2);
  CHECK(report.results[0].passed());
  CHECK(report.failed() == 1);
  const std::string text = human_report(report, false);
  CHECK(text.find("ok    passes & <tells>\n") != std::string::npos);
  CHECK(text.find("FAIL  fails\n  subject.endcap:") != std::string::npos);
  CHECK(text.find(": expect outcome Launched\n    it failed with Refused\n  what led there (UTC):\n") !=
        std::string::npos);
  CHECK(text.find(": Finance rejects gate.pricing because \"no\"\n") != std::string::npos);
  CHECK(text.find("2026-11-20 09:00  asked         gate.pricing  Finance, pricing\n") != std::string::npos);
  CHECK(text.find("\n2 tests: 1 passed, 1 failed\n") != std::string::npos);
}

TEST_CASE("the same in many elements is told once and counted") {
  std::vector<nlohmann::ordered_json> entries;
  for (int i = 0; i < 5; ++i)
    entries.push_back({{"time", "2026-11-20T09:00:00Z"},
                       {"kind", "write"},
                       {"path", "act"},
                       {"element", std::to_string(i)}});
  const auto lines = timeline_lines(entries, "Australia/Sydney");
  REQUIRE(lines.size() == 3);
  CHECK(lines[0] == "2026-11-20 20:00  write         act [0]");
  CHECK(lines[2].ends_with("and 3 more like these"));
}

TEST_CASE("coverage counts what was reached and lists what was not") {
  const Report none = run(test_of("asks", "  expect gate.pricing asked of Finance\n"));
  const auto group = [](const Report& report, const std::string& name) {
    for (const auto& each : report.coverage.groups) {
      if (each.name == name) return each;
    }
    FAIL("no group " << name);
    return Coverage::Group{};
  };
  CHECK(group(none, "steps").reached == 1);
  CHECK(group(none, "steps").total == 2);
  CHECK(group(none, "policy rows").reached == 1);  // of PriceGate; the other policies' are missed
  CHECK(group(none, "policy rows").total == 18);
  CHECK(group(none, "deadline paths").reached == 0);
  const Report expired = run(test_of("expires", "  after 1 days\n  expect fails NoAnswer\n"));
  CHECK(group(expired, "deadline paths").reached == 1);
  CHECK(group(expired, "deadline paths").total == 3);
  const std::string text = human_report(none, true);
  CHECK(text.find("  steps           1 of 2\n    subject.endcap:") != std::string::npos);
  CHECK(text.find(": row 2 of PriceGate\n") != std::string::npos);
  CHECK(text.find('%') == std::string::npos);
}

TEST_CASE("each cause of a shared handler is a branch of its own") {
  const std::string workflow = R"(
workflow Ask(promo: Promotion) key promo.id {
  let price = propose Label.register("1001", promo.id)
  approve price under LabelGate as label valid until promo.end at 23:59 zone "UTC" {
    within 8 hours
    on rejected, expired { fail Refused(promo.id) }
    on changed { then ask again }
  }
  write label
  finish Done(promo.id)
}
policy LabelGate governs Label.register for (store: StoreId) {
  | approval by Clerk otherwise
}
)";
  const auto reached = [&](const std::string& what, const std::string& name) {
    const Report report = run("test \"t\" {\n" + kGiven + R"(
  start Ask(Promotion("P-1")) at 2026-11-20 09:00 zone "UTC"
)" + what + "  expect fails Refused\n}",
                              workflow);
    REQUIRE(report.results[0].passed());
    for (const auto& group : report.coverage.groups) {
      if (group.name == name) return group.reached;
    }
    return size_t{99};
  };
  CHECK(reached("  Clerk rejects label\n", "branches") == 1);
  CHECK(reached("  Clerk rejects label\n", "deadline paths") == 0);
  CHECK(reached("  after 8 hours\n", "branches") == 0);
  CHECK(reached("  after 8 hours\n", "deadline paths") == 1);
}

TEST_CASE("JSON and JUnit hold every test, failure and count") {
  const Report report = run(both());
  const auto json = nlohmann::json::parse(json_report(report));
  CHECK(json["passed"] == 1);
  CHECK(json["failed"] == 1);
  CHECK(json["tests"][1]["failures"][0]["happened"] == "it failed with Refused");
  CHECK(json["tests"][1]["timeline"].size() > 3);
  CHECK(json["coverage"][0]["total"] == 2);
  const std::string xml = junit_report(report, "shop");
  CHECK(xml.find("<testsuites tests=\"2\" failures=\"1\" errors=\"0\">") != std::string::npos);
  CHECK(xml.find("file=\"shop/subject.endcap\" line=\"") != std::string::npos);
  CHECK(xml.find("name=\"passes &amp; &lt;tells&gt;\"") != std::string::npos);
  CHECK(xml.find("<failure message=\"expect outcome Launched: it failed with Refused\" type=\"test\">") !=
        std::string::npos);
}

TEST_CASE(
    "a failing test is a finding at the line of what it expected, and what no test has been to is one too") {
  const Report report = run(both());
  const std::vector<ReportFinding> findings = report_findings(report, "shop", false);
  REQUIRE(findings.size() == 1);
  const std::string line = short_line(findings[0]);
  CHECK(line.starts_with("shop/subject.endcap:"));
  CHECK(line.ends_with(
      ": error test/failed: test \"fails\": expect outcome Launched: it failed with Refused\n"));
  REQUIRE(findings[0].related.size() == 1);
  CHECK(findings[0].related[0].first.begin.line == report.results[1].line);
  CHECK(findings[0].place->begin.line > report.results[1].line);
  const std::vector<ReportFinding> all = report_findings(report, "shop", true);
  REQUIRE(all.size() > 1);
  CHECK(all[1].severity == Severity::Warning);
  CHECK(all[1].message.starts_with("no test has been to "));
}

TEST_CASE("a filter leaves out, and many jobs tell the same as one") {
  std::string many;
  for (int i = 0; i < 12; ++i)
    many += test_of("number " + std::to_string(i),
                    i % 3 == 0 ? "  expect outcome Launched\n" : "  expect waiting at gate\n");
  const auto told = [](Report report) {
    for (Result& result : report.results) result.seconds = 0;
    return json_report(report);
  };
  CHECK(told(run(many, kLaunch, {.filter = "", .jobs = 8})) == told(run(many)));
  const Report one = run(many, kLaunch, {.filter = "number 7", .jobs = 8});
  CHECK(one.results.size() == 1);
  CHECK(one.left_out == 11);
}
