// Tests in the fixture project of the language tests, run.
#pragma once

#include <doctest/doctest.h>

#include <string>

#include "compiler/schema/project.h"
#include "compiler/sema/standard_modules.h"
#include "compiler/syntax/parser.h"
#include "tools/testing/report.h"

namespace endcap::testing {

// A workflow that asks, waits, writes and tells; its price gate is MoveGate's neighbour in fixture.base.
inline const std::string kLaunch = R"(
workflow Launch(promo: Promotion) key promo.id {
  throughout {
    on event PromotionCancelled(id) where id == promo.id { fail Cancelled(promo.id) and compensate }
  }
  let stores = read promo.stores
  let prices = propose for each store in stores {
    Price.activate(promo, store) undo Price.withdraw(promo, store)
  }
  step gate {
    approve prices under PriceGate as pricing valid until promo.end at 23:59 zone "UTC" {
      within 8 hours
      remind after 2 hours
      escalate to Planner after 4 hours
      on rejected { fail Refused(promo.id) and keep }
      on expired  { fail NoAnswer(promo.id) and keep }
      on changed  { then ask again }
    }
  }
  step act {
    for each store in stores parallel 10 {
      write pricing for store {
        on RecordLocked {
          task Unlock(store: store.id) to Clerk within 4 hours { on expired { then skip } }
          then retry
        }
      }
    }
  }
  wait until promo.end at 12:00 zone "UTC" if late continue
  finish Launched(promo.id)
}
)";

inline const std::string kGiven = R"(
  given Store(id: "1001" to "1003", name: "George Street", region: "NSW", timeZone: "UTC")
  given Promotion(id: "P-1", article: "AC-100", price: AUD 100.00, landedCost: AUD 91.00, launch: 2026-12-01,
                  end: 2026-12-14, stores: every Store)
)";
inline const std::string kStart = "  start Launch(Promotion(\"P-1\")) at 2026-11-20 09:00 zone \"UTC\"\n";

inline CheckedProject checked(const std::string& subject) {
  CheckedProject project;
  project.project = load_project(std::string(ENDCAP_SOURCE_DIR) + "/tests/language/project", project.sources,
                                 project.diagnostics);
  project.project.sources.push_back(
      project.sources.add("subject.endcap", "module subject\nuse fixture.base\n" + subject));
  for (const SourceId source : project.project.sources)
    project.modules.push_back(parse(project.sources, source, project.diagnostics));
  add_standard_modules(project.modules, project.sources, project.diagnostics);
  project.program = check(project.project, project.modules, project.sources, project.diagnostics);
  INFO(render(project.diagnostics.sorted(project.sources), project.sources, {.format = Format::Short}));
  REQUIRE(project.ok());
  return project;
}

inline Report run(const std::string& tests, const std::string& declarations = kLaunch,
                  RunOptions options = {}) {
  CheckedProject project = checked(declarations + tests);
  auto report = run_tests(project, options);
  REQUIRE(report.has_value());
  return std::move(*report);
}

// What happened instead of what the first test expects, one line a failure.
inline std::string happened(const Report& report) {
  std::string said;
  for (const Failure& failure : report.results.at(0).failures) said += failure.happened + "\n";
  return said;
}

// What became of one test: "" when it passed, else what happened instead, one line a failure.
inline std::string story(const std::string& steps) {
  const Report report = run("test \"story\" {\n" + kGiven + steps + "\n}\n");
  return happened(report);
}

}  // namespace endcap::testing
