// Says: see says.h.
#include "runtime/engine/says.h"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/engine/rows.h"

namespace endcap {
namespace {

std::unexpected<Refusal> no(Refusal::Kind kind, std::string message) {
  return std::unexpected(Refusal{kind, std::move(message)});
}

std::string conflict_text(const People& people, const abi::Program& program, const People::Decider& decider,
                          uint32_t other) {
  const std::string& torn = people.holds(decider.person, other) ? decider.person : decider.whose;
  return fmt::format("{} is {} too, which may not decide the same approval", torn, program.roles[other]);
}

std::string handed_text(const rows::Task& task, const std::string& role) {
  const rows::Delegation* given = task.delegation_of(role);
  return fmt::format("task {} is handed to {}, for {}", task.number, given ? given->to : "nobody", role);
}

std::string asked_of(const rows::Task& task) {
  std::string role = task.role_names.empty() ? "nobody" : task.role_names.front();
  if (task.scope) role += " of " + *task.scope;
  return role;
}

// Whose say the person may have in an approval that has these decisions: that of somebody of its roles, or of
// who stands in for one, without a conflict.
std::expected<std::vector<std::string>, Refusal> says_open_to(const People& people,
                                                              const abi::Program& program,
                                                              const rows::Task& task,
                                                              const std::string& person, Instant now) {
  const abi::Policy& policy = program.policies[task.policy];
  std::vector<std::string> whose = people.decides_for(person, now);
  for (const rows::Decision& decision : task.decisions) {
    if (decision.person == person) {
      return no(Refusal::Kind::Conflict,
                fmt::format("{} has approved task {} already; the other roles need other people", person,
                            task.number));
    }
    std::erase(whose, decision.whose());  // nobody's say counts twice, whoever says it
  }
  if (whose.empty())
    return no(Refusal::Kind::Conflict,
              fmt::format("what {} could decide in task {} is decided already", person, task.number));
  std::string wanted;
  std::optional<std::string> conflict, handed;
  bool may = false;
  for (const uint32_t role : task.roles) {
    wanted += (wanted.empty() ? "" : ", ") + program.roles[role];
    for (const std::string& each : whose) {
      const People::Decider decider = people.decider(task, person, each, policy);
      may = may || people.acts_as(decider, role, policy);
      if (const auto other = people.barred_by(decider, role, policy); other && !conflict)
        conflict = conflict_text(people, program, decider, *other);
      if (decider.not_for.contains(role) && people.acts_as({person, each}, role, policy) && !handed)
        handed = handed_text(task, program.roles[role]);
    }
  }
  if (may) return whose;
  if (handed) return no(Refusal::Kind::Denied, *handed);
  if (conflict) return no(Refusal::Kind::Denied, *conflict);
  return no(Refusal::Kind::Denied,
            fmt::format("task {} is decided by {}, and {} is none of them", task.number, wanted, person));
}

}  // namespace

std::string away_text(const Absence& absence) {
  return fmt::format("{} is away until {}: {} decides in their place", absence.person,
                     instant_to_text(absence.until), absence.cover);
}

std::expected<Say, Refusal> say_of(const People& people, const abi::Program& program, const rows::Task& task,
                                   const std::string& person, bool approved, Instant now) {
  const abi::Policy& policy = program.policies[task.policy];
  const auto whose = says_open_to(people, program, task, person, now);
  if (!whose) return std::unexpected(whose.error());
  std::vector<People::Decider> deciders = people.decided(task, policy);
  std::optional<Say> says;
  size_t fewest = SIZE_MAX;  // roles that nobody is left for then
  for (const std::string& each : *whose) {
    deciders.push_back(people.decider(task, person, each, policy));
    const auto assigned = people.assign(task.roles, deciders, policy);
    const auto mine = std::ranges::find(assigned, person);
    const size_t left =
        mine == assigned.end() ? SIZE_MAX : people.without_decider(task, policy, deciders, now).size();
    deciders.pop_back();
    // Their own say, unless that of somebody else leaves more roles to those who are there.
    if (left >= fewest) continue;
    fewest = left;
    says = Say{task.roles[static_cast<size_t>(mine - assigned.begin())], each,
               std::ranges::none_of(assigned, [](const std::string& one) { return one.empty(); })};
  }
  if (says) return *says;
  if (approved) {
    return no(Refusal::Kind::Conflict,
              fmt::format("the roles that {} could decide for in task {} are decided already", person,
                          task.number));
  }
  Say rejects{task.roles.front(), whose->front()};
  for (const uint32_t role : task.roles) {
    for (const std::string& each : *whose) {
      if (people.acts_as(people.decider(task, person, each, policy), role, policy)) rejects = {role, each};
    }
  }
  return rejects;
}

std::expected<People::Held, Refusal> work_of(const People& people, const rows::Task& task,
                                             const std::string& person, Instant now) {
  if (auto held = people.may_do(task, person, now)) return std::move(*held);
  rows::Task nobodys = task;
  nobodys.delegations.clear();
  if (const auto would = people.may_do(nobodys, person, now))
    return no(Refusal::Kind::Denied, handed_text(task, people.name(would->role)));
  return no(Refusal::Kind::Denied,
            fmt::format("task {} is for {}, and {} is not one", task.number, asked_of(task), person));
}

std::expected<void, Refusal> can_be_given(const People& people, const abi::Program& program,
                                          const rows::Task& task, uint32_t role, const std::string& to,
                                          Instant now) {
  if (const Absence* away = people.absence_of(to, now)) return no(Refusal::Kind::Denied, away_text(*away));
  const std::string& name = people.name(role);
  if (!task.is_approval()) {
    if (people.holds_in(task, to, role)) return {};
    const std::string part = task.scope ? " of " + *task.scope : "";
    return no(Refusal::Kind::Denied,
              fmt::format("{} is no {}{}: task {} can't be theirs", to, name, part, task.number));
  }
  for (const rows::Decision& decision : task.decisions) {
    if (decision.person == to || decision.whose() == to)
      return no(
          Refusal::Kind::Conflict,
          fmt::format("{} has approved task {} already; the other roles need other people", to, task.number));
  }
  const abi::Policy& policy = program.policies[task.policy];
  if (const auto other = people.barred_by({to, to}, role, policy))
    return no(Refusal::Kind::Denied, conflict_text(people, program, {to, to}, *other));
  if (!people.acts_as({to, to}, role, policy))
    return no(
        Refusal::Kind::Denied,
        fmt::format("{} neither is {} nor stands in for it: task {} can't be theirs", to, name, task.number));
  rows::Task given = task;
  given.delegate({name, to});
  const auto before = people.without_decider(task, policy, people.decided(task, policy), now),
             after = people.without_decider(given, policy, people.decided(given, policy), now);
  for (const size_t left : after) {
    if (std::ranges::find(before, left) == before.end())
      return no(Refusal::Kind::Conflict, fmt::format("then nobody is left who could decide task {} for {}",
                                                     task.number, program.roles[task.roles[left]]));
  }
  return {};
}

}  // namespace endcap
