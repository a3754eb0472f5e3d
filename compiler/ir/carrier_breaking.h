// What becomes of routes and syncs when a new version of the project takes over. They hold no instances, but items: what waits or is held
// in one that is gone can only be dropped.
#pragma once

#include <string>
#include <vector>

#include "runtime/abi/program.h"

namespace endcap::ir {

struct CarrierShape {
  std::string name;
  bool sync = false;
  std::string carried;   // "PromotionCancelled", "Article": the event or view
  std::string from, to;  // systems
};

// Of each route and sync, by name.
std::vector<CarrierShape> carrier_shapes(const abi::Program& program);

struct CarrierFinding {
  CarrierShape gone;
};

// Routes and syncs are known by their names, whatever else they say.
std::vector<CarrierFinding> compare(const std::vector<CarrierShape>& before, const std::vector<CarrierShape>& after);

std::string describe(const CarrierFinding& finding);  // one sentence, without its name
std::string remedy(const CarrierFinding& finding);

}  // namespace endcap::ir
