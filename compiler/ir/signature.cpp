// The upgrade signature of a workflow, from the tables of its machines.
#include "compiler/ir/signature.h"

#include <algorithm>
#include <optional>
#include <set>

#include "compiler/ir/lowering.h"
#include "compiler/ir/signature_parts.h"
#include "runtime/abi/shape.h"

namespace endcap::ir {
namespace {

using abi::WaitKind;

class SignatureMaker {
 public:
  SignatureMaker(const abi::Program& program, uint32_t workflow)
      : program_(program), workflow_(workflow), shapes_(program.types) {}

  Signature run() {
    const abi::Workflow& described = program_.workflows[workflow_];
    out_.workflow = described.name;
    out_.version = described.version;
    out_.parts_noted = described.parts_noted;
    for (const uint32_t key : described.key_parameters) {
      if (key >= described.parameters.size()) continue;
      out_.key += (out_.key.empty() ? "" : ", ") + described.parameters[key].name;
    }
    for (const auto& parameter : described.parameters)
      out_.parameters.push_back(
          {parameter.name, abi::type_text(program_.types, parameter.type), shape(parameter.type)});
    for (const abi::UpgradeClause& clause : described.upgrades) {
      SignatureUpgrade& upgrade = out_.upgrades.emplace_back();
      upgrade.from = clause.from;
      upgrade.renames = clause.renames;
      for (const auto& value : clause.defaults)
        upgrade.defaults.push_back({value.name, shape(value.type), value.value});
      for (const auto& value : clause.rereads) upgrade.rereads.push_back(reread(value));
    }
    find_grants();
    for (const abi::Machine& machine : program_.machines) {
      if (machine.belongs_to(workflow_)) of_machine(machine);
    }
    std::ranges::stable_sort(out_.points, {}, &SignaturePoint::path);
    return std::move(out_);
  }

 private:
  std::string shape(abi::TypeId type) {
    const std::string& structure = shapes_.structure(type);
    std::string hash = short_hash(structure);
    out_.shapes.emplace(hash, structure);
    return hash;
  }

  SignatureUpgrade::Reread reread(const abi::UpgradeClause::Reread& value) {
    SignatureUpgrade::Reread result{value.name, shape(value.type), {}};
    const auto& fields = program_.types[value.payload].fields;
    for (const auto& way : value.ways) {
      auto& cells = result.ways.emplace_back();
      for (size_t i = 0; i < way.size(); ++i)
        cells.push_back({way[i].from, way[i].field, short_hash(shapes_.structure(fields[i].type))});
    }
    return result;
  }

  std::string payload(uint32_t operation) {
    const abi::Operation& described = program_.operations[operation];
    return out_.payloads.try_emplace(described.name, payload_hash(program_, described, shapes_))
        .first->second;
  }

  SignatureGrant grant_of(const abi::WaitPoint& approve) {
    const abi::Policy& policy = program_.policies[approve.policy];
    SignatureGrant grant{approve.label,   policy.name, facts_hash(program_, policy, shapes_), {},
                         approve.by_line, {}};
    for (const auto& proposal : approve.proposals) {
      SignatureProposal one{proposal.name, program_.operations[proposal.operation].name,
                            payload(proposal.operation), "", ""};
      if (proposal.undo) {
        one.undo = program_.operations[*proposal.undo].name;
        one.undo_payload = payload(*proposal.undo);
      }
      grant.proposals.push_back(std::move(one));
      grant.knows.push_back(proposal.knows);
    }
    return grant;
  }

  void find_grants() {
    for (const abi::Machine& machine : program_.machines) {
      if (!machine.belongs_to(workflow_)) continue;
      for (const abi::WaitPoint& wait : machine.states) {
        if (wait.kind == WaitKind::Approve && !wait.path.empty())
          grants_[wait.label].push_back(grant_of(wait));
      }
    }
  }

  // Names of grants are of a scope: where two approvals share one, either may be held.
  void open_grant(SignaturePoint& point, const std::string& name) {
    const auto same = [&](const SignatureGrant& grant) { return grant.name == name; };
    if (std::ranges::any_of(point.grants, same)) return;
    const auto found = grants_.find(name);
    if (found != grants_.end())
      point.grants.insert(point.grants.end(), found->second.begin(), found->second.end());
  }

  // Views whose records are part of a value.
  void views_in(abi::TypeId id, std::set<std::string>& found) const {
    if (id >= program_.types.size()) return;
    for (const abi::View& view : program_.views) {
      if (view.record == id) found.insert(view.name);
    }
    const abi::Type& type = program_.types[id];
    if (type.element != abi::kNoType) views_in(type.element, found);
    for (const abi::Field& field : type.fields) views_in(field.type, found);
  }

  std::string projection(abi::TypeId type) {
    std::set<std::string> names;
    views_in(type, names);
    std::string text;
    for (const std::string& name : names) {
      for (const abi::View& view : program_.views) {
        if (view.name != name) continue;
        text += out_.projections.try_emplace(name, projection_hash(program_, view)).first->second;
      }
    }
    return text.size() <= 16 ? text : short_hash(text);
  }

  std::map<std::string, std::string> single_values(abi::TypeId type) {
    std::map<std::string, std::string> result;
    for (const abi::Field& field : program_.types[type].fields) {
      const abi::Kind kind = program_.types[field.type].kind;
      if (kind != abi::Kind::Record && kind != abi::Kind::List)
        result[field.name] = short_hash(shapes_.structure(field.type));
    }
    return result;
  }

  std::vector<SignatureSlot> slots(const std::vector<abi::Slot>& described) {
    std::vector<SignatureSlot> result;
    for (const abi::Slot& slot : described)
      result.push_back({slot.name, abi::type_text(program_.types, slot.type), shape(slot.type),
                        projection(slot.type), program_.types[slot.type].kind,
                        slot.trust == abi::Trust::Advice, advised(slot), single_values(slot.type)});
    return result;
  }

  // What a view marks is advice of a trusted value too. Of what an older Endcap calls advice it may be all.
  abi::Parts advised(const abi::Slot& slot) const {
    if (slot.trust == abi::Trust::Trusted) return abi::marked_parts(program_.types, slot.type);
    return slot.advised.empty() ? abi::every_part(program_.types, slot.type) : slot.advised;
  }

  // What an older Endcap says of a workflow in which there is advice may be all of it.
  abi::Parts brings(const abi::WaitPoint& wait) {
    if (!gives(wait)) return {};
    abi::Parts parts = abi::marked_parts(program_.types, wait.input);
    abi::add_parts(parts, wait.brings);
    if (out_.parts_noted) return parts;
    if (!knows_advice_) knows_advice_ = knows_advice();
    return *knows_advice_ ? abi::every_part(program_.types, wait.input) : parts;
  }

  static bool gives(const abi::WaitPoint& wait) {
    switch (wait.kind) {
      case WaitKind::ReadOperation:
      case WaitKind::ReadView:
      case WaitKind::ReadNavigation:
      case WaitKind::ForEach:
      case WaitKind::Sweep:
        return wait.input != abi::kNoType;
      default:
        return false;
    }
  }

  bool knows_advice() const {
    const auto marked = [&](abi::TypeId type) { return !abi::marked_parts(program_.types, type).empty(); };
    const auto of_slot = [&](const abi::Slot& slot) {
      return slot.trust == abi::Trust::Advice || marked(slot.type);
    };
    const auto of_wait = [&](const abi::WaitPoint& wait) {
      return wait.control == abi::Trust::Advice || wait.kind == WaitKind::Ask || marked(wait.input) ||
             std::ranges::any_of(wait.live, of_slot) ||
             std::ranges::any_of(
                 wait.events, [&](const auto& each) { return marked(program_.events[each.event].record); });
    };
    return std::ranges::any_of(program_.machines, [&](const abi::Machine& machine) {
      return machine.belongs_to(workflow_) && (std::ranges::any_of(machine.parameters, of_slot) ||
                                               std::ranges::any_of(machine.states, of_wait));
    });
  }

  void hold_live_grants(SignaturePoint& point) {
    for (const SignatureSlot& slot : point.live) {
      if (slot.kind == abi::Kind::Grant) open_grant(point, slot.name);
    }
  }

  void of_machine(const abi::Machine& machine) {
    std::vector<abi::Slot> parameters =
        machine.parameters.empty() ? machine.states.front().live : machine.parameters;
    // An event that starts a handler is read when it comes: nobody keeps one.
    if (machine.kind == abi::MachineKind::Handler && !parameters.empty()) parameters.pop_back();
    SignaturePoint start{.path = start_path(machine),
                         .kind = "start",
                         .machine = machine_path(machine),
                         .live = slots(parameters)};
    // What a handler hears has not come yet: it is the new version's to say.
    start.advice =
        machine.kind != abi::MachineKind::Handler && machine.states.front().control == abi::Trust::Advice;
    for (const abi::WaitPoint& wait : machine.states) {
      if (wait.path.empty() || start.line != 0) continue;
      start.file = wait.source_path;
      start.line = wait.source_line;
    }
    hold_live_grants(start);
    of_leaves(machine.states.front(), start);
    out_.points.push_back(std::move(start));
    for (const abi::WaitPoint& wait : machine.states) {
      if (!wait.path.empty()) of_wait(machine, wait);  // without a path: the start, or a guard of a wait
    }
  }

  // Names of grants are of a scope: only those that are held are meant.
  static std::vector<std::string> held_parts(const std::vector<abi::WaitPoint::GrantPart>& parts,
                                             const SignaturePoint& point) {
    std::set<std::string> result;
    for (const abi::WaitPoint::GrantPart& part : parts) {
      if (std::ranges::find(point.grants, part.grant, &SignatureGrant::name) != point.grants.end())
        result.insert(part.grant + ": " + part.proposal);
    }
    return {result.begin(), result.end()};
  }

  static void of_leaves(const abi::WaitPoint& wait, SignaturePoint& point) {
    point.written = held_parts(wait.written, point);
    point.written_now = held_parts(wait.written_now, point);
    point.ahead = held_parts(wait.ahead, point);
  }

  std::string branches(const abi::WaitPoint& wait) {
    std::string text = "the branches";
    for (const abi::Branch& branch : wait.branches) text += " " + branch.name;
    std::string hash = short_hash(text);
    out_.shapes.emplace(hash, text);
    return hash;
  }

  // What is looked at is told by its place in the lists: their names and order stay too.
  std::string combinations(const abi::WaitPoint& wait) {
    const abi::Branch& element = wait.branches.front();
    const auto& parameters = program_.machines[element.machine].parameters;
    std::string text = "combinations of";
    for (size_t i = 0; i < wait.elements.size(); ++i)
      text += (i == 0 ? " " : ", ") + parameters[element.capture_count + i].name + ": " +
              shapes_.structure(wait.elements[i]);
    std::string hash = short_hash(text);
    out_.shapes.emplace(hash, text);
    return hash;
  }

  // The views and operations that are asked, and what with.
  void of_call(const abi::WaitPoint& wait, SignaturePoint& point) {
    if (wait.kind == WaitKind::ReadOperation || wait.kind == WaitKind::Notify) {
      point.call = program_.operations[wait.target].name;
      point.payload = payload(wait.target);
    } else if (wait.kind == WaitKind::ReadView) {
      const abi::View& view = program_.views[wait.target];
      point.call = view.name;
      point.payload = key_hash(program_, view, shapes_);
    } else if (wait.kind == WaitKind::ReadNavigation) {
      const abi::Navigation& navigation = program_.navigations[wait.target];
      const abi::View& from = program_.views[navigation.from_view];
      point.call = from.name + "." + navigation.name;
      point.payload = key_hash(program_, from, shapes_);
    } else if (wait.kind == WaitKind::Ask) {
      const abi::Advisor& advisor = program_.advisors[wait.target];
      point.call = advisor.name;
      point.payload =
          short_hash(shapes_.structure(advisor.inputs) + "\n" + shapes_.structure(advisor.output));
    } else if (wait.kind == WaitKind::Run) {
      point.call = program_.workflows[wait.target].name;
    } else if (wait.asked) {
      point.call = program_.workflows[wait.asked->workflow].name;
    }
  }

  void of_events(const abi::WaitPoint& wait, SignaturePoint& point) {
    for (const abi::Subscription& subscription : wait.events) {
      const abi::Event& event = program_.events[subscription.event];
      SignatureEvent& one = point.events.emplace_back();
      one.name = event.name;
      if (!subscription.key_field) continue;
      const abi::Field& field = program_.types[event.record].fields[*subscription.key_field];
      one.key = field.name;
      const abi::TypeId key = wait.operands.at(*subscription.key_operand);
      const bool any_of = program_.types[key].kind == abi::Kind::List;
      one.key_shape = (any_of ? "any of " : "") + shape(field.type);
    }
  }

  void of_wait(const abi::Machine& machine, const abi::WaitPoint& wait) {
    SignaturePoint point{.path = wait.path,
                         .kind = std::string(kind_name(wait.kind)),
                         .machine = machine_path(machine),
                         .file = wait.source_path,
                         .line = wait.source_line,
                         .live = slots(wait.live),
                         .advice = wait.control == abi::Trust::Advice};
    if (wait.kind == WaitKind::Approve) point.grants.push_back(grant_of(wait));
    if (wait.kind == WaitKind::Write || wait.kind == WaitKind::AskAgain) open_grant(point, wait.label);
    hold_live_grants(point);
    point.unasked = held_parts(wait.unasked, point);
    of_leaves(wait, point);
    point.brings = brings(wait);
    of_call(wait, point);
    of_events(wait, point);
    if (wait.kind == WaitKind::ForEach) {
      point.element = shape(wait.element);
      if (wait.collects) point.collected = shape(wait.input);
    }
    if (wait.kind == WaitKind::Sweep) {
      point.element = combinations(wait);
      if (wait.collects) point.collected = shape(wait.input);
    }
    if (wait.kind == WaitKind::Together) point.element = branches(wait);
    out_.points.push_back(std::move(point));
  }

  const abi::Program& program_;
  uint32_t workflow_;
  ShapeTexts shapes_;
  std::map<std::string, std::vector<SignatureGrant>> grants_;  // by name
  std::optional<bool> knows_advice_;
  Signature out_;
};

}  // namespace

const SignaturePoint* Signature::find(std::string_view path, uint32_t occurrence) const {
  auto found = std::ranges::lower_bound(points, path, {}, &SignaturePoint::path);
  for (; found != points.end() && occurrence > 0; --occurrence) ++found;
  return found != points.end() && found->path == path ? &*found : nullptr;
}

Signature signature_of(const abi::Program& program, uint32_t workflow) {
  Signature signature = SignatureMaker(program, workflow).run();
  signature.hash = abi::hex(abi::sha256(canonical_text(signature)));
  return signature;
}

std::string signature(const abi::Program& program, uint32_t workflow) {
  return signature_of(program, workflow).hash;
}

}  // namespace endcap::ir
