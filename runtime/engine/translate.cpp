// One function a row: see translate.h.
#include "runtime/engine/translate.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>

#include "runtime/abi/value_json.h"
#include "runtime/engine/connector.h"

namespace endcap {
namespace {

using abi::kGone;

// The number of the same thing in the new program. A number that is gone is told, and stays gone.
uint32_t number(Translation& t, const std::vector<uint32_t>& numbers, uint32_t old, const char* what,
                const std::string& name) {
  if (old == kGone) return kGone;
  const uint32_t now = numbers.at(old);
  if (now == kGone)
    t.cannot(fmt::format("{} {} is gone or has changed", what, name),
             fmt::format("keep {} {} as it is until nothing of the old version needs it", what, name));
  return now;
}

uint32_t role(Translation& t, uint32_t old) {
  return old == kGone ? kGone : number(t, t.upgrade.roles, old, "the role", t.before.roles.at(old));
}
uint32_t operation(Translation& t, uint32_t old) {
  return old == kGone
             ? kGone
             : number(t, t.upgrade.operations, old, "the operation", t.before.operations.at(old).name);
}
uint32_t view(Translation& t, uint32_t old) {
  return number(t, t.upgrade.views, old, "the view", t.before.views.at(old).name);
}
uint32_t navigation(Translation& t, uint32_t old) {
  return number(t, t.upgrade.navigations, old, "what is read through", t.before.navigations.at(old).name);
}
uint32_t policy(Translation& t, uint32_t old) {
  return old == kGone ? kGone
                      : number(t, t.upgrade.policies, old, "the policy", t.before.policies.at(old).name);
}
abi::TypeId type(Translation& t, abi::TypeId old) {
  return old == abi::kNoType ? abi::kNoType
                             : number(t, t.upgrade.types, old, "the type", t.before.types.at(old).name);
}

void limits(Translation& t, std::vector<rows::Limit>& limits, bool with_role) {
  for (rows::Limit& limit : limits) {
    if (limit.calendar != 0 && limit.calendar - 1 != kGone) {
      const uint32_t now = number(t, t.upgrade.calendars, limit.calendar - 1, "the calendar",
                                  t.before.calendars.at(limit.calendar - 1).name);
      limit.calendar = now + 1;  // 0: no calendar, when it is gone
    }
    if (with_role) limit.role = role(t, limit.role);
  }
}

// The number of an outcome of a workflow that is run, which goes by its name.
void held_outcome(Translation& t, rows::Instance& row, const std::vector<abi::Outcome>& before,
                  const std::vector<abi::Outcome>& after) {
  const std::string& name = before.at(row.held_tag - abi::OutcomeBase).name;
  const auto now = std::ranges::find(after, name, &abi::Outcome::name);
  if (now == after.end()) {
    t.cannot(fmt::format("what it ran has ended in {}, which is no end of it any more", name),
             fmt::format("keep {} until nothing has ended in it", name));
  } else {
    row.held_tag = abi::OutcomeBase + static_cast<uint32_t>(now - after.begin());
  }
}

// What a suspended machine was resumed with, or what the one that ran it will be.
// What a person has answered, with a form that came with a model's numbers: the new version takes it as it
// is.
void held_answer(Translation& t, const rows::Instance& row, const abi::WaitPoint& wait,
                 const abi::WaitPoint& now) {
  if (row.held_tag != abi::Ok || wait.kind != abi::WaitKind::Task) return;
  const auto taken = [&](const std::string& part) { return abi::covers(now.brings, part); };
  if (now.input == abi::kNoType || std::ranges::all_of(wait.brings, taken)) return;
  const bool lost = row.is_lost();
  t.cannot(lost ? "it was suspended with an answer in which there is advice that the new version trusts"
                : "it has an answer in which there is advice that the new version trusts, and reads what it "
                  "needs to go on",
           lost ? "resume it before the deploy" : "wait until it has gone on");
}

void held_input(Translation& t, rows::Instance& row, const abi::PointUpgrade& point, uint32_t machine) {
  const bool holds = row.is_lost() || row.status == rows::Instance::Status::Ending ||
                     row.status == rows::Instance::Status::Rereading;
  if (!holds) return;
  const abi::Machine& old = t.before.machines.at(row.machine);
  const abi::Machine& moved = t.after.machines.at(machine);
  const abi::WaitPoint& wait = old.states.at(row.state);
  if (row.held_tag >= abi::OutcomeBase && row.status == rows::Instance::Status::Ending) {
    held_outcome(t, row, t.before.outcomes_of(old), t.after.outcomes_of(moved));
  } else if (row.held_tag >= abi::OutcomeBase && wait.kind == abi::WaitKind::Run) {
    const abi::WaitPoint& waits = moved.states.at(point.state);
    held_outcome(t, row, t.before.workflows.at(wait.target).outcomes,
                 t.after.workflows.at(waits.target).outcomes);
  } else if (row.held_tag >= abi::EventBase) {
    const uint32_t event = row.held_tag - abi::EventBase;
    const uint32_t now = event < point.events.size() ? point.events[event] : kGone;
    if (now == kGone) {
      const bool lost = row.is_lost();
      t.cannot(
          lost ? "it was suspended when it heard an event that is not heard there any more"
               : "it has heard an event that is not heard there any more, and reads what it needs to go on",
          lost ? "resume it before the deploy" : "wait until it has gone on");
    } else {
      row.held_tag = abi::EventBase + now;
    }
  }
  if (row.status != rows::Instance::Status::Ending) held_answer(t, row, wait, moved.states.at(point.state));
  row.held_type = type(t, row.held_type);
  if (row.held_call.empty()) return;
  auto call = rows::decode<rows::Pending>(row.held_call);
  translate(t, call);
  row.held_call = rows::encode(call);
}

// A step that is due stays due when it was, until it is over. What happens when it is late is the new
// version's; where that says nothing any more, nothing happens.
void dues(Translation& t, rows::Instance& row, uint32_t machine) {
  const auto handler_of = [](const abi::Machine& owner, const std::string& path) {
    const auto found = std::ranges::find_if(owner.states, [&](const abi::WaitPoint& wait) {
      return wait.kind == abi::WaitKind::Due && wait.path == path && !wait.branches.empty();
    });
    return found == owner.states.end() ? nullptr : &found->branches.front();
  };
  for (rows::Due& due : row.dues) {
    const abi::Branch* old = handler_of(t.before.machines.at(row.machine), due.path);
    t.rename(due.path);
    const abi::Branch* now = handler_of(t.after.machines.at(machine), due.path);
    if (old && now) {
      due.captures = t.captures(old->machine, due.captures, 0);
    } else {
      due.captures.clear();
    }
  }
}

// A form is answered as the new version asks. What it came with stays where the new version fills in the same
// field and the value fits it; advice never becomes what the new version takes for trusted.
bool stays_prefilled(const Translation& t, const rows::Task& row, const std::string& name,
                     const std::string& value) {
  const auto waits = t.waits.find(row.instance);
  if (waits == t.waits.end() || waits->second->form() == abi::kNoType) return false;
  const auto& fields = t.after.types[waits->second->form()].fields;
  const bool advice = std::ranges::find(row.advised, name) != row.advised.end();
  return std::ranges::any_of(waits->second->prefilled, [&](const abi::WaitPoint::Prefilled& each) {
    const abi::Field& field = fields[each.field];
    abi::Arena arena;
    return field.name == name && (!advice || each.trust == abi::Trust::Advice) &&
           abi::value_from_json(t.after.types, field.type, value, arena).has_value();
  });
}

void prefilled(const Translation& t, rows::Task& row) {
  if (row.prefilled.empty()) return;
  using Shown = nlohmann::ordered_json;
  Shown kept = Shown::object();
  const Shown shown = Shown::parse(row.prefilled);
  for (const auto& [name, value] : shown.items()) {
    if (stays_prefilled(t, row, name, value.dump())) kept[name] = value;
  }
  row.prefilled = kept.empty() ? "" : kept.dump();
  std::erase_if(row.advised, [&](const std::string& name) { return !kept.contains(name); });
}

// What is open is decided as the new version says: whoever waits for it stands where it can hear of it.
void decided_as_now(const Translation& t, rows::Task& row) {
  const auto look = [&](uint64_t instance) {
    const auto wait = t.waits.find(instance);
    if (wait == t.waits.end()) return;
    const abi::WaitKind kind = wait->second->kind;
    if (kind == abi::WaitKind::Approve || kind == abi::WaitKind::AskAgain)
      row.by_line = wait->second->by_line;
    row.by_advice = row.by_advice || wait->second->by_advice;
  };
  if (row.kind == rows::Task::Kind::Approval) look(row.instance);
  if (row.kind == rows::Task::Kind::Again) std::ranges::for_each(row.waiters, look);
}

}  // namespace

void Translation::rename(std::string& path) const {
  const auto& renamed = upgrade.paths.at(workflow);
  const auto found = renamed.find(path);
  if (found != renamed.end()) path = found->second;
}

std::vector<std::string> Translation::captures(uint32_t machine, const std::vector<std::string>& old_captures,
                                               size_t extra) {
  const abi::MachineUpgrade& moved = upgrade.machines.at(machine);
  if (moved.machine == kGone || !moved.points.at(0).obstacles.empty()) {
    for (const abi::Obstacle& obstacle : moved.points.at(0).obstacles) obstacles.push_back(obstacle);
    if (moved.machine == kGone)
      cannot(fmt::format("{} is gone and has not begun yet", before.machines.at(machine).name),
             "keep it until what waits for it has gone on");
    return old_captures;
  }
  const auto& slots = moved.points[0].slots;
  std::vector<std::string> result;
  for (size_t i = 0; i + extra < slots.size(); ++i) {
    const bool there = slots[i].slot && *slots[i].slot < old_captures.size();
    if (slots[i].slot && !there) {
      cannot("what it is given and what it runs over have changed places", "keep the names they had");
      return old_captures;
    }
    result.push_back(there ? old_captures[*slots[i].slot] : slots[i].value);
  }
  hold_grants(moved.machine, result);
  return result;
}

void Translation::hold_grants(uint32_t new_machine, const std::vector<std::string>& captures) {
  const auto& parameters = after.machines.at(new_machine).parameters;
  for (size_t i = 0; i < captures.size() && i < parameters.size(); ++i) {
    if (after.types[parameters[i].type].kind != abi::Kind::Grant) continue;
    abi::Arena arena;
    const auto cell = abi::unpack_value(after.types, parameters[i].type, captures[i], arena);
    if (cell) held.insert(static_cast<uint64_t>(cell->bits));
  }
}

void translate(Translation& t, rows::Family& row) {
  row.program = t.after.hash;
  if (t.new_workflow == kGone) return;  // it is ending: what is left of it needs no workflow
  const abi::Workflow& workflow = t.after.workflows.at(t.new_workflow);
  row.version = workflow.version;
  row.signature = workflow.signature;
}

namespace {

// One that leaves has let go of all but its call, and needs no place of its own: it leaves with whoever ends
// around it.
bool leaves(const Translation& t, rows::Instance& row) {
  if (row.status != rows::Instance::Status::Leaving) return false;
  for (auto above = row.lineage.rbegin(); above != row.lineage.rend(); ++above) {
    const auto place = t.places.find(*above);
    if (place == t.places.end()) continue;
    std::tie(row.machine, row.state) = place->second;
    return true;
  }
  return false;
}

}  // namespace

void translate(Translation& t, rows::Instance& row) {
  const abi::MachineUpgrade& moved = t.upgrade.machines.at(row.machine);
  const abi::PointUpgrade& point = moved.points.at(row.state);
  const bool has_place = point.obstacles.empty() && point.state != kGone;
  if (!has_place && leaves(t, row)) return;
  // A run that has ended has let go of its values and of all that waited below it: what it has yet to tell
  // is its machine's. One that fails or stops may be what a run below it comes back to: it needs its place.
  const bool has_ended = row.status == rows::Instance::Status::Ending;
  const bool goes_on = has_place || (has_ended && moved.machine != kGone);
  if (!goes_on) {
    t.obstacles.insert(t.obstacles.end(), point.obstacles.begin(), point.obstacles.end());
    return;
  }
  const uint32_t state = has_place ? point.state : 0;
  t.places[row.number] = {moved.machine, state};
  if (has_place && !row.is_over()) t.waits[row.number] = &t.after.machines.at(moved.machine).states.at(state);
  held_input(t, row, point, moved.machine);
  if (!row.is_over()) move_frame(t, row, point, moved.machine);
  dues(t, row, moved.machine);
  row.machine = moved.machine;
  row.state = state;
}

void translate(Translation& t, rows::Pending& row) {
  using What = CallRequest::What;
  t.rename(row.path);
  if (row.approval != 0) t.held.insert(row.approval);
  switch (static_cast<What>(row.what)) {
    case What::View:
      row.target = view(t, row.target);
      break;
    case What::Navigation:
      row.target = navigation(t, row.target);
      break;
    case What::Advisor: {
      const std::string& name = t.before.advisors.at(row.target).name;
      const auto now = std::ranges::find(t.after.advisors, name, &abi::Advisor::name);
      row.target =
          now == t.after.advisors.end() ? kGone : static_cast<uint32_t>(now - t.after.advisors.begin());
      if (row.target != kGone) row.payload_type = now->inputs;
      break;
    }
    default: {
      const bool may_have_happened = row.maybe_done || row.stage == rows::Pending::Stage::Sent;
      if (may_have_happened && row.purpose != rows::Pending::Purpose::Read &&
          !t.upgrade.same_strategy.at(row.target))
        t.cannot(fmt::format("an attempt of {} is under way, and how it is made exactly once has changed",
                             t.before.operations.at(row.target).name),
                 "wait until it has its answer, or keep how it is made exactly once");
      row.target = operation(t, row.target);
      if (row.target != kGone) row.payload_type = t.after.operations[row.target].payload;
    }
  }
  // Whoever waits takes the answer as the new version reads it; nobody waits for what only settles.
  const auto wait = t.waits.find(row.instance);
  if (wait == t.waits.end() || row.purpose == rows::Pending::Purpose::Write) {
    row.result = abi::kNoType;
    return;
  }
  row.result = wait->second->input;
  const bool reads = row.purpose == rows::Pending::Purpose::Read ||
                     row.purpose == rows::Pending::Purpose::Notify ||
                     row.purpose == rows::Pending::Purpose::Ask;
  if (reads && row.target != kGone && row.target != wait->second->target)
    t.cannot("it waits for the answer of another call", "keep the call it waits for");
}

void translate(Translation& t, rows::Task& row) {
  // A task that is over is told by its names. Only under an approval that someone holds is anything done yet.
  const bool open = row.status == rows::Task::Status::Open;
  const bool needed = open || t.held.contains(row.number) || (row.of != 0 && t.held.contains(row.of));
  const size_t known = t.obstacles.size();
  t.rename(row.path);
  for (uint32_t& each : row.roles) each = role(t, each);
  for (uint32_t& each : row.escalated) each = role(t, each);
  for (rows::Beyond& beyond : row.reserving) {
    for (uint32_t& each : beyond.roles) each = role(t, each);
  }
  for (rows::Decision& decision : row.decisions) {
    const size_t mark = t.obstacles.size();
    decision.role = role(t, decision.role);
    decision.as = role(t, decision.as);
    t.obstacles.resize(mark);  // told by its names
  }
  limits(t, row.within, false);
  limits(t, row.remind, false);
  limits(t, row.escalations, true);
  if (row.kind == rows::Task::Kind::Approval || row.kind == rows::Task::Kind::Again)
    row.policy = policy(t, row.policy);
  if (open) prefilled(t, row);
  if (open) decided_as_now(t, row);
  for (rows::Proposal& proposal : row.proposals) {
    proposal.operation = operation(t, proposal.operation);
    if (proposal.undo != 0) proposal.undo = operation(t, proposal.undo - 1) + 1;
    proposal.leaf = type(t, proposal.leaf);
  }
  if (!needed) t.obstacles.resize(known);
}

// Its bytes are those of types whose structure is the same, or nobody holds its grant.
void translate(Translation&, rows::Leaf&) {}

void translate(Translation& t, rows::Reread& row) {
  switch (row.kind) {
    case abi::ReadKind::Operation:
      row.target = operation(t, row.target);
      return;
    case abi::ReadKind::View:
      row.target = view(t, row.target);
      return;
    case abi::ReadKind::Navigation:
      row.target = navigation(t, row.target);
      return;
  }
}

void translate(Translation& t, rows::Subscription& row) {
  const abi::MachineUpgrade& moved = t.upgrade.machines.at(row.machine);
  const abi::PointUpgrade& point = moved.points.at(row.state);
  const uint32_t index = point.state == kGone ? kGone : point.events.at(row.index);
  if (point.state == kGone || (row.throughout && index == kGone)) {
    t.obstacles.insert(t.obstacles.end(), point.obstacles.begin(), point.obstacles.end());
  }
  if (row.throughout && index != kGone) {
    const auto handler = t.before.machines[row.machine].states[row.state].events.at(row.index).machine;
    if (handler) row.captures = t.captures(*handler, row.captures, 1);
  }
  row.machine = moved.machine;
  row.state = point.state;
  row.index = index;
}

void translate(Translation& t, rows::Group& row) {
  const abi::MachineUpgrade& moved = t.upgrade.machines.at(row.machine);
  const abi::PointUpgrade& point = moved.points.at(row.state);
  if (point.state == kGone || !point.obstacles.empty()) return;  // who waits for it says so
  if (row.stopping && !t.after.machines[moved.machine].states[point.state].tolerate)
    t.cannot("more of its elements have failed than were tolerated, and nothing is said for that any more",
             "let the loop end first");
  row.machine = moved.machine;
  row.state = point.state;
  // Of a sweep that still looks nothing has begun: it looks again, as the new version says.
  if (row.looks()) row.looked_at = row.count = 0;
}

// What elements and branches that have not begun will be given.
void translate(Translation& t, rows::GroupInput& row) {
  const rows::Group& group = *t.group;
  if (group.created == group.count && !group.looks()) return;
  const abi::MachineUpgrade& moved = t.upgrade.machines.at(group.machine);
  const abi::PointUpgrade& point = moved.points.at(group.state);
  if (point.state == kGone || !point.obstacles.empty()) return;
  const abi::WaitPoint& old = t.before.machines[group.machine].states[group.state];
  const abi::WaitPoint& now = t.after.machines[moved.machine].states[point.state];
  std::vector<std::string> captures(now.operands.size());
  const bool alone = now.kind != abi::WaitKind::ForEach && now.kind != abi::WaitKind::Sweep;
  const size_t branches = now.kind == abi::WaitKind::Sweep && !group.looks() ? 1 : now.branches.size();
  for (size_t i = 0; i < branches; ++i) {
    const auto given = row.captures.begin() + old.branches.at(i).first_capture;
    const abi::Branch& branch = old.branches[i];
    const size_t extra =
        alone ? 0 : t.before.machines.at(branch.machine).parameters.size() - branch.capture_count;
    std::vector<std::string> fresh = t.captures(branch.machine, {given, given + branch.capture_count}, extra);
    if (fresh.size() != now.branches[i].capture_count) return;  // an obstacle was told
    std::move(fresh.begin(), fresh.end(), captures.begin() + now.branches[i].first_capture);
  }
  row.captures = std::move(captures);
}

void translate(Translation& t, rows::Undo& row) {
  t.rename(row.path);
  const size_t known = t.obstacles.size();
  row.operation = operation(t, row.operation);
  for (size_t i = known; i < t.obstacles.size(); ++i)
    t.obstacles[i].why = "what was written there can't be taken back: " + t.obstacles[i].why;
}

std::string resubscribe(const Translation& t, const std::string& key, const rows::Subscription& before,
                        const rows::Subscription& after) {
  const auto& old = t.before.machines.at(before.machine).states.at(before.state).events.at(before.index);
  const auto& now = t.after.machines.at(after.machine).states.at(after.state).events.at(after.index);
  const size_t name = t.before.events.at(old.event).name.size() + 1;
  const bool keyed = now.key_field && rows::from_big_endian(std::string_view(key).substr(name)) != 0;
  const uint64_t size = rows::from_big_endian(std::string_view(key).substr(name + 8));
  return rows::subscription_prefix(t.after.events.at(now.event).name, keyed ? *now.key_field + 1 : 0,
                                   keyed ? key.substr(name + 16, size) : std::string()) +
         rows::pair_key(after.root, after.instance) + rows::pair_key(after.state, after.index);
}

}  // namespace endcap
