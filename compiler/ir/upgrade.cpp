// Upgrade planning: numbers by names, and for each wait point what breaking.h found out about it.
#include "compiler/ir/upgrade.h"

#include <algorithm>
#include <map>

#include "compiler/ir/breaking.h"
#include "compiler/ir/signature_parts.h"
#include "runtime/value/check.h"

namespace endcap::ir {
namespace {

using abi::kGone;

// The n-th of a name is the n-th of it in the other program.
std::vector<uint32_t> by_text(const std::vector<std::string>& before, const std::vector<std::string>& after) {
  std::map<std::string, std::vector<uint32_t>> places;
  for (uint32_t i = 0; i < after.size(); ++i) places[after[i]].push_back(i);
  std::map<std::string, size_t> used;
  std::vector<uint32_t> result;
  for (const std::string& text : before) {
    const auto found = places.find(text);
    const size_t n = used[text]++;
    result.push_back(found == places.end() || n >= found->second.size() ? kGone : found->second[n]);
  }
  return result;
}

template <typename Items, typename Text>
std::vector<std::string> texts(const Items& items, Text text) {
  std::vector<std::string> result;
  for (const auto& item : items) result.push_back(text(item));
  return result;
}

class UpgradePlanner {
 public:
  UpgradePlanner(const abi::Program& before, const abi::Program& after)
      : before_(before), after_(after), old_shapes_(before.types), new_shapes_(after.types) {}

  abi::Upgrade run() {
    numbers();
    out_.machines.resize(before_.machines.size());
    for (size_t i = 0; i < before_.machines.size(); ++i)
      out_.machines[i].points.resize(before_.machines[i].states.size());
    out_.paths.resize(before_.workflows.size());
    for (uint32_t i = 0; i < before_.workflows.size(); ++i) of_workflow(i);
    return std::move(out_);
  }

 private:
  // A machine's state as a signature tells of it: its start, or a wait point.
  struct Place {
    std::string path;
    uint32_t machine = 0, state = 0;
  };

  void numbers() {
    out_.types = types();
    out_.roles = by_text(before_.roles, after_.roles);
    const auto name = [](const auto& each) { return each.name; };
    out_.calendars = by_text(texts(before_.calendars, name), texts(after_.calendars, name));
    out_.workflows = by_text(texts(before_.workflows, name), texts(after_.workflows, name));
    const auto both = [&](const auto& old_items, const auto& new_items, auto text) {
      return by_text(texts(old_items, [&](const auto& each) { return text(before_, each, old_shapes_); }),
                     texts(new_items, [&](const auto& each) { return text(after_, each, new_shapes_); }));
    };
    out_.views =
        both(before_.views, after_.views, [](const auto& program, const abi::View& view, auto& shapes) {
          return view.name + " " + key_hash(program, view, shapes);
        });
    out_.navigations =
        both(before_.navigations, after_.navigations,
             [](const auto& program, const abi::Navigation& navigation, auto& shapes) {
               const abi::View& from = program.views[navigation.from_view];
               return from.name + "." + navigation.name + " " + key_hash(program, from, shapes);
             });
    out_.operations = both(before_.operations, after_.operations,
                           [](const auto& program, const abi::Operation& operation, auto& shapes) {
                             return operation.name + " " + payload_hash(program, operation, shapes);
                           });
    out_.policies = both(before_.policies, after_.policies,
                         [](const auto& program, const abi::Policy& policy, auto& shapes) {
                           return policy.name + " " + facts_hash(program, policy, shapes);
                         });
    for (size_t i = 0; i < before_.operations.size(); ++i) {
      const uint32_t now = out_.operations[i];
      const abi::Operation& old = before_.operations[i];
      out_.same_strategy.push_back(now != kGone && after_.operations[now].strategy == old.strategy &&
                                   after_.operations[now].strategy_field == old.strategy_field);
    }
  }

  // Whichever has the same structure: it is what packed bytes go by.
  std::vector<uint32_t> types() {
    std::map<std::string, uint32_t> first;
    for (uint32_t i = 0; i < after_.types.size(); ++i) first.try_emplace(new_shapes_.structure(i), i);
    std::vector<uint32_t> result;
    for (uint32_t i = 0; i < before_.types.size(); ++i) {
      const auto found = first.find(old_shapes_.structure(i));
      result.push_back(found == first.end() ? kGone : found->second);
    }
    return result;
  }

  // In the order of the signature's points.
  static std::vector<Place> places(const abi::Program& program, uint32_t workflow) {
    std::vector<Place> result;
    for (uint32_t m = 0; m < program.machines.size(); ++m) {
      const abi::Machine& machine = program.machines[m];
      if (!machine.belongs_to(workflow)) continue;
      result.push_back({start_path(machine), m, 0});
      for (uint32_t s = 0; s < machine.states.size(); ++s) {
        if (!machine.states[s].path.empty()) result.push_back({machine.states[s].path, m, s});
      }
    }
    std::ranges::stable_sort(result, {}, &Place::path);
    return result;
  }

  void of_workflow(uint32_t workflow) {
    const Signature old = signature_of(before_, workflow);
    const std::vector<Place> old_places = places(before_, workflow);
    const uint32_t now = out_.workflows[workflow];
    if (now == kGone) {
      const WorkflowUpgrade gone = compare({old}, {}).front();
      for (const Place& place : old_places) add_findings(point(place), gone, {0});
      return;
    }
    const WorkflowUpgrade upgrade = compare({old}, {signature_of(after_, now)}).front();
    const std::vector<Place> new_places = places(after_, now);
    CHECK(upgrade.points.size() == old_places.size());
    for (size_t i = 0; i < old_places.size(); ++i)
      of_point(workflow, upgrade, upgrade.points[i], old_places[i], new_places);
  }

  abi::PointUpgrade& point(const Place& place) { return out_.machines[place.machine].points[place.state]; }

  static void add_findings(abi::PointUpgrade& to, const WorkflowUpgrade& upgrade,
                           const std::vector<size_t>& findings) {
    for (size_t i = 0; i < upgrade.findings.size(); ++i) {
      const UpgradeFinding& finding = upgrade.findings[i];
      const bool everywhere = finding.kind == UpgradeFinding::Kind::VersionNotRaised ||
                              finding.kind == UpgradeFinding::Kind::KeyChanged;
      if (!everywhere && std::ranges::find(findings, i) == findings.end()) continue;
      abi::Obstacle obstacle{describe(finding), remedy(finding, upgrade)};
      if (std::ranges::find(to.obstacles, obstacle) == to.obstacles.end())
        to.obstacles.push_back(std::move(obstacle));
    }
  }

  void of_point(uint32_t workflow, const WorkflowUpgrade& upgrade, const PointMap& map, const Place& old,
                const std::vector<Place>& new_places) {
    abi::PointUpgrade& to = point(old);
    add_findings(to, upgrade, map.findings);
    if (map.after.empty()) return;
    auto found = std::ranges::lower_bound(new_places, map.after, {}, &Place::path);
    found += map.occurrence;
    CHECK(found != new_places.end() && found->path == map.after);
    // Which machine took the place of which is told by its start.
    if (old.state == 0) out_.machines[old.machine].machine = found->machine;
    if (map.before != map.after) out_.paths[workflow][map.before] = map.after;
    to.state = found->state;
    for (const PointMap::Source& source : map.values)
      to.slots.push_back({source.held, source.value, reread(source, workflow, old)});
    if (old.state == 0) add_event(to, old, *found);
    for (const auto& event : map.events) to.events.push_back(event.value_or(kGone));
    to.fresh_events = map.fresh_events;
  }

  std::optional<abi::SlotSource::Reread> reread(const PointMap::Source& source, uint32_t workflow,
                                                const Place& old) const {
    if (!source.reread) return std::nullopt;
    const auto& clauses = after_.workflows[out_.workflows[workflow]].upgrades;
    const auto clause =
        std::ranges::find(clauses, before_.workflows[workflow].version, &abi::UpgradeClause::from);
    const auto& value = clause->rereads.at(source.reread->clause);
    const auto& live = before_.machines[old.machine].states[old.state].live;
    abi::SlotSource::Reread result{value.kind, value.target, value.payload, {}};
    const auto& way = value.ways.at(source.reread->way);
    for (size_t i = 0; i < way.size(); ++i) {
      auto& cell = result.cells.emplace_back();
      cell.slot = source.reread->held.at(i);
      cell.value = way[i].value;
      if (way[i].field.empty()) continue;
      const auto& fields = before_.types[live.at(*cell.slot).type].fields;
      cell.field =
          static_cast<uint32_t>(std::ranges::find(fields, way[i].field, &abi::Field::name) - fields.begin());
    }
    return result;
  }

  // A handler's last parameter is no part of its signature: it comes with the event.
  void add_event(abi::PointUpgrade& to, const Place& old, const Place& now) {
    const abi::Machine& before = before_.machines[old.machine];
    const abi::Machine& after = after_.machines[now.machine];
    if (after.kind != abi::MachineKind::Handler || after.parameters.empty()) return;
    abi::SlotSource event;
    const bool same = before.kind == abi::MachineKind::Handler && !before.parameters.empty() &&
                      old_shapes_.structure(before.parameters.back().type) ==
                          new_shapes_.structure(after.parameters.back().type);
    if (same) event.slot = static_cast<uint32_t>(before.parameters.size() - 1);
    to.slots.push_back(std::move(event));
  }

  const abi::Program& before_;
  const abi::Program& after_;
  ShapeTexts old_shapes_, new_shapes_;
  abi::Upgrade out_;
};

}  // namespace

abi::Upgrade plan_upgrade(const abi::Program& before, const abi::Program& after) {
  return UpgradePlanner(before, after).run();
}

}  // namespace endcap::ir
