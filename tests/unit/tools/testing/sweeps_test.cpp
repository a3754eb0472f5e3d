// Sweeps over combinations, compiled and run.
#include "tests/unit/tools/testing/fixture.h"

using namespace endcap;
using namespace endcap::testing;

namespace {

// Stores are 1001 to 1003.
Report swept(const std::string& body, const std::string& steps, const std::string& declarations = "") {
  return run("test \"story\" {\n" + kGiven +
                 "  start Sweep(Promotion(\"P-1\")) at 2026-11-20 09:00 zone \"UTC\"\n" + steps + "\n}\n",
             declarations +
                 "\nworkflow Sweep(promo: Promotion) key promo.id {\n  let stores = read promo.stores\n" +
                 body + "\n}\n");
}

}  // namespace

TEST_CASE("the body runs for the combinations that match, in the order in which they are written") {
  CHECK(happened(swept(R"(
  let least = 1
  step find sweep store in stores, n in [3, 1, 2] where n > least and store.id != "1002" parallel 5 collect found {
    yield n
  }
  finish Found(found: found))",
                       "  expect outcome Found(found: [3, 2, 3, 2])")) == "");
}

TEST_CASE("three lists, and what is around in the guard and in the body") {
  CHECK(happened(swept(R"(
  let factor = 100
  step find {
    sweep a in [1, 2], b in [10, 20], c in [0, 5] where a * factor + b + c > 200 and c > 0 parallel 2 collect found {
      yield a * factor + b + c
    }
  }
  finish Found(found: found))",
                       "  expect outcome Found(found: [215, 225])")) == "");
}

TEST_CASE("nothing to look at, and nothing that matches") {
  CHECK(happened(swept(R"(
  for each n in [1, 2] where n > 5 collect none { yield n }
  step a { sweep store in stores, n in none where n > 0 parallel 5 collect first { yield n } }
  step b { sweep n in none, store in stores where n > 0 parallel 5 collect second { yield n } }
  step c { sweep store in stores, n in [1, 2] where n > 5 parallel 5 collect third { yield n } }
  finish Found(found: count of first + count of second + count of third))",
                       "  expect outcome Found(found: 0)")) == "");
}

TEST_CASE("an element waits, is skipped, and is known by both of its keys") {
  CHECK(happened(swept(R"(
  step find {
    sweep store in stores, n in [1, 2] where n > 1 or store.id == "1003" parallel 5 collect found {
      when store.id == "1001" { skip }
      task Look(store: store.id, n: n) to Clerk within 4 hours { on expired { then skip } }
      yield n
    }
  }
  finish Found(found: found))",
                       R"(
  expect task Look for "1002" once
  expect task Look for "1003" 2 times
  expect no task Look for "1001"
  Clerk does Look for "1002"
  after 5 hours
  expect outcome Found(found: [2]))")) == "");
}

TEST_CASE("a share of what matches may fail") {
  const std::string body = R"(
  step find {
    sweep store in stores, n in [1, 2, 3, 4] where n != 2 parallel 5 tolerate SHARE collect found {
      when n == 4 { fail TooFar(store.id) }
      yield n
    } otherwise { fail TooMany(promo.id) }
  }
  finish Found(found: count of found))";
  const auto with = [&](const char* share) {
    std::string text = body;
    text.replace(text.find("SHARE"), 5, share);
    return text;
  };
  CHECK(happened(swept(with("34%"), "  expect outcome Found(found: 6)")) == "");  // 3 of 9
  CHECK(happened(swept(with("33%"), "  expect fails TooMany")) == "");
}

TEST_CASE("a sweep in an element, in a sweep and in a workflow that is run") {
  CHECK(happened(swept(R"(
  step find {
    for each store in stores where store.id != "1002" parallel 2 collect each_one {
      step inner {
        sweep n in [1, 2], m in [1, 2] where n == m parallel 2 collect pairs {
          step inmost sweep x in [1, 2, 3], y in [n] where x > y parallel 2 collect larger { yield x }
          yield count of larger
        }
      }
      yield sum of pair for each pair in pairs
    }
  }
  step run { run Other(promo) as other }
  finish Found(found: each_one, other: other.found))",
                       "  expect outcome Found(found: [3, 3], other: [\"1003\"])", R"(
workflow Other(promo: Promotion) {
  let shops = read promo.stores
  step find sweep shop in shops, n in [1, 2] where n == 2 and shop.id == "1003" parallel 2 collect found { yield shop.id }
  finish Others(found: found)
}
)")) == "");
}
