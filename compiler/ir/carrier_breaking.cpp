// Comparison of routes and syncs: see carrier_breaking.h.
#include "compiler/ir/carrier_breaking.h"

#include <fmt/format.h>

#include <algorithm>

namespace endcap::ir {

std::vector<CarrierShape> carrier_shapes(const abi::Program& program) {
  std::vector<CarrierShape> shapes;
  const auto add = [&](const std::string& name, bool sync, const std::string& carried, uint32_t from,
                       const abi::Delivery& delivery) {
    const uint32_t to = program.operations[delivery.operation].system;
    shapes.push_back({name, sync, carried, program.systems[from].name, program.systems[to].name});
  };
  for (const abi::Route& route : program.routes) {
    const abi::Event& event = program.events[route.event];
    add(route.name, false, event.name, event.system, route.delivery);
  }
  for (const abi::Sync& sync : program.syncs) {
    const abi::View& view = program.views[sync.view];
    add(sync.name, true, view.name, view.system, sync.delivery);
  }
  std::ranges::sort(shapes, {}, &CarrierShape::name);
  return shapes;
}

std::vector<CarrierFinding> compare(const std::vector<CarrierShape>& before,
                                    const std::vector<CarrierShape>& after) {
  std::vector<CarrierFinding> findings;
  for (const CarrierShape& each : before) {
    if (std::ranges::find(after, each.name, &CarrierShape::name) == after.end()) findings.push_back({each});
  }
  return findings;
}

std::string describe(const CarrierFinding& finding) {
  const auto& [name, sync, carried, from, to] = finding.gone;
  return fmt::format(
      "it is gone: {} {} is not carried from {} to {} any more, and what waits or is held could only be "
      "dropped",
      sync ? "what changes of" : "event", carried, from, to);
}

std::string remedy(const CarrierFinding& finding) {
  return fmt::format(
      "keep it until nothing waits in it and nothing is held, or give a renamed {} its name back",
      finding.gone.sync ? "sync" : "route");
}

}  // namespace endcap::ir
