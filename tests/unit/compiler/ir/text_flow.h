// From the text of a workflow to a machine that a test can step through: the whole front end over the shipped
// retail estate.
#pragma once

#include "compiler/ir/lower.h"
#include "tests/unit/compiler/ir/flow_driver.h"

namespace endcap::ir::testing {

// The estate's module (retail.endcap) and, where `text` is not empty, a module of the test's own; else every
// shipped module.
Program compile(const std::string& text);

// The program to be stepped through.
std::shared_ptr<abi::Program> runnable(Program program);

// What lowering finds in such a module, one line a finding; empty when it stays within all limits.
std::string limits(const std::string& text);

constexpr Instant kNoon = 1'795'000'000'000'000;  // some day in November 2026

// A workflow `Flow(promo: Promotion)` with this body, and what stands before it in its module.
class TextFlow {
 public:
  explicit TextFlow(const std::string& body, const std::string& declarations = "");

  const abi::Program& program() const { return *program_; }

  // An instance that has read its promotion.
  Instance start(const json& promotion, Instant now = kNoon) const {
    Instance instance = start_unread(promotion["id"], now);
    REQUIRE(instance->path == "start.promo");
    instance.ok(promotion);
    return instance;
  }
  Instance start_unread(const json& id, Instant now = kNoon) const {
    const abi::Workflow& workflow = *program_->find_workflow("Flow");
    return {program_, workflow.main, {Instance::packed(*program_, workflow.parameters[0].type, id)}, now};
  }

 private:
  std::shared_ptr<abi::Program> program_;
};

inline json aud(const std::string& amount) { return {{"amount", amount}, {"currency", "AUD"}}; }
inline json ea(const std::string& amount) { return {{"amount", amount}, {"unit", "ea"}}; }
inline json promotion(const std::string& price = "100.00", const std::string& cost = "91.00") {
  return {{"id", "P-1"},         {"name", "Cool summer"},          {"article", "AC-100"},
          {"price", aud(price)}, {"landedCost", aud(cost)},        {"launch", "2026-12-01"},
          {"end", "2026-12-14"}, {"as of", "2026-11-20T00:00:00Z"}};
}
inline json store(const std::string& id, const std::string& zone = "Australia/Sydney") {
  return {{"id", id},
          {"name", "Store " + id},
          {"region", "NSW"},
          {"timeZone", zone},
          {"as of", "2026-11-20T00:00:00Z"}};
}
inline json stock(const std::string& store_id, const std::string& available, const std::string& forecast) {
  return {{"store", store_id},
          {"article", "AC-100"},
          {"available", ea(available)},
          {"forecast", ea(forecast)},
          {"as of", "2026-11-20T00:00:00Z"}};
}

}  // namespace endcap::ir::testing
