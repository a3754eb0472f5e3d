// What the compiler proves about a policy is what brute force finds, and what it can't prove is seldom.
#include <fmt/format.h>

#include <map>
#include <set>

#include "checked.h"
#include "random_policies.h"

namespace endcap::sema {
namespace {

std::string operation(const std::string& name) {
  return "  operation " + name +
         "(n: Int, d: Decimal(9, 1), p: Percent(6, 1), r: Text(3), l: Priority, f: Bool) is write {\n"
         "    update Labels(Plant: \"0001\") { Text: r }\n    idempotent\n    owner Clerk\n  }\n";
}

// What is said about one policy with these rows.
std::string said(const std::string& rows, const std::string& parameters, const std::string& more = "") {
  const Checked checked("use system erp\nsystem erp {\n  operation Act(" + parameters +
                        ") is write {\n    update Labels(Plant: \"0001\") { Text: \"x\" }\n"
                        "    idempotent\n    owner Clerk\n  }\n}\n" +
                        more + "policy Gate governs Act for (" + parameters + ") {\n" + rows + "\n}\n");
  std::string text;
  for (const Diagnostic& diagnostic : checked.diagnostics.all()) {
    const bool pinned = diagnostic.kind == DiagnosticKind::LockMissing;
    if (!pinned) text += message(diagnostic) + "\n";
  }
  return text;
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("the proofs about random policies agree with brute force") {
  constexpr int kPolicies = 400;
  std::mt19937 random(20261125);
  std::vector<RandomPolicy> policies;
  std::string operations, gates;
  for (int i = 0; i < kPolicies; ++i) {
    policies.push_back(random_policy(random));
    operations += operation(fmt::format("Act{}", i));
    gates += policies.back().text(fmt::format("Gate{}", i), fmt::format("Act{}", i));
  }
  const Checked checked("use system erp\nsystem erp {\n" + operations + "}\n" + gates);
  std::map<std::string, std::set<std::string>> told;
  for (const Diagnostic& diagnostic : checked.diagnostics.all()) {
    const std::string code(info(diagnostic.kind).code);
    if (code.starts_with("EC057")) told[diagnostic.arguments[0]].insert(code);
    if (!code.starts_with("EC057")) REQUIRE(info(diagnostic.kind).severity != Severity::Error);
  }
  std::map<std::string, int> seen;
  for (int i = 0; i < kPolicies; ++i) {
    const RandomPolicy& policy = policies[static_cast<size_t>(i)];
    const auto& codes = told[fmt::format("Gate{}", i)];
    const RandomPolicy::Verdict truth = policy.brute_force();
    CAPTURE(policy.text("Gate", "Act"));
    const bool gap = truth.gap && !policy.otherwise;
    // What is accepted is complete and disjoint; what is said to exist exists.
    if (gap) CHECK((codes.contains("EC0571") || codes.contains("EC0573")));
    if (truth.overlap) CHECK((codes.contains("EC0572") || codes.contains("EC0574")));
    if (codes.contains("EC0571")) CHECK(gap);
    if (codes.contains("EC0572")) CHECK(truth.overlap);
    const bool left_over = policy.otherwise && !truth.gap;
    const bool never = std::ranges::find(truth.applies, false) != truth.applies.end() || left_over;
    if (codes.contains("EC0575")) CHECK(never);
    for (const std::string& code : codes) ++seen[code];
    if (codes.empty()) ++seen["clean"];
    const bool sound_policy = !gap && !truth.overlap;
    if (sound_policy && (codes.contains("EC0573") || codes.contains("EC0574"))) ++seen["not proved"];
  }
  CHECK(seen["clean"] > 60);
  CHECK(seen["EC0571"] > 20);
  CHECK(seen["EC0572"] > 20);
  CHECK(seen["EC0575"] > 5);
  CHECK(seen["not proved"] < kPolicies / 10);
}

TEST_CASE("a counterexample is a case in the policy's words, of the facts that matter") {
  CHECK(contains(said("  | permit when n < 1.0 and f\n  | forbid \"x\" when n >= 10", "n: Int, f: Bool"),
                 "applies when n is 0, f is no"));
  CHECK(
      contains(said("  | permit when day < 2026-12-01\n  | forbid \"x\" when day > 2026-12-01", "day: Date"),
               "applies when day is 2026-12-01"));
  CHECK(contains(
      said("  | permit when delay < 2 hours\n  | forbid \"x\" when delay > 2 hours", "delay: Duration"),
      "applies when delay is 2 h"));
  CHECK(contains(said("  | permit when p > 12.345%\n  | forbid \"x\" when p < 12%", "p: Percent(5, 2)"),
                 "applies when p is 12.00%"));
  CHECK(contains(said("  | permit when a < b\n  | forbid \"x\" when a > b", "a: Int, b: Int"),
                 "applies when a is equal to b"));
  CHECK(contains(said("  | permit when sum of x for each x in units > 3\n"
                      "  | forbid \"x\" when sum of y for each y in units < 3",
                      "units: list of Int"),
                 "applies when sum of units is 3"));
}

TEST_CASE("two roundings of one product are two terms") {
  const std::string text = said(
      "  | permit when round price * 1.1 to 2 places half even >= AUD 5.00\n"
      "  | forbid \"y\" when round price * 1.1 to 2 places half up < AUD 5.00",
      "price: Money<AUD>");
  CHECK(contains(text, "can't be proved to cover every case"));
  CHECK(contains(text, "can't be proved to say one thing only"));
  CHECK(said("  | permit when round price * 1.1 to 2 places half up >= AUD 5.00\n"
             "  | forbid \"y\" when round price * 1.1 to 2 places half up < AUD 5.00",
             "price: Money<AUD>")
            .empty());
}

TEST_CASE("many facts and an `otherwise` hide no overlap") {
  const std::string many = "a < 1 and b < 1 and c < 1 and d < 1 and e < 1 and f < 1 and g < 1 and h < 1";
  const std::string facts = "a: Int, b: Int, c: Int, d: Int, e: Int, f: Int, g: Int, h: Int, i: Int";
  CHECK(said("  | approval by Clerk when " + many + " and i < 1\n  | forbid \"x\" otherwise", facts).empty());
  CHECK(contains(said("  | approval by Clerk when " + many + " and i < 2\n  | forbid \"x\" when " + many +
                          " and i > 0\n  | forbid \"y\" otherwise",
                      facts),
                 "says two things when"));
}

TEST_CASE("names in names without end are no proof, and no hang") {
  std::string rows = "  let s0 = n < 1\n  let a0 = n + 1\n";
  for (int i = 1; i < 60; ++i) {
    rows += fmt::format("  let s{0} = s{1} == s{1}\n  let a{0} = a{1} + a{1}\n", i, i - 1);
  }
  CHECK(contains(said(rows + "  | permit when s59\n  | forbid \"x\" otherwise", "n: Int"),
                 "can't `permit` what it can't prove: too many cases"));
  CHECK(contains(said(rows + "  | approval by Clerk when a59 < 5\n  | forbid \"x\" when a59 >= 5", "n: Int"),
                 "can't be proved"));
}

}  // namespace endcap::sema
