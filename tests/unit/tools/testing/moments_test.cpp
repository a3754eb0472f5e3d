// When something is expected to have happened.
#include "tests/unit/tools/testing/fixture.h"

using namespace endcap;
using namespace endcap::testing;

namespace {

std::string launched(const std::string& steps) {
  return happened(run("test \"story\" {\n" + kGiven + kStart + steps + "\n}\n"));
}

}  // namespace

TEST_CASE("what happened is expected in a minute") {
  CHECK(launched(R"(
  after 3 hours
  expect gate.pricing asked of Finance once at 2026-11-20 09:00
  expect gate.pricing reminded at 2026-11-20 11:00
  Finance approves gate.pricing
  after until 2026-12-14 12:00
  expect write Price.activate for every Store once at 2026-11-20 12:00
  expect outcome Launched at 2026-12-14 12:00)") == "");
}

TEST_CASE("what happened in another minute is told with the minute that it happened in") {
  CHECK(launched(R"(
  after 3 hours
  expect gate.pricing reminded at 2026-11-20 10:00)") ==
        "gate.pricing was reminded of at 2026-11-20 11:00, and not at 2026-11-20 10:00\n");
  CHECK(launched(R"(
  after 1 hour
  expect gate.pricing asked of Finance never at 2026-11-20 09:00)")
            .find("once") != std::string::npos);
  CHECK(launched(R"(
  Finance approves gate.pricing
  after until 2026-12-15 12:00
  expect outcome Launched at 2026-12-14 13:00)") == "it finished at 2026-12-14 12:00, and not at 2026-12-14 13:00\n");
}
