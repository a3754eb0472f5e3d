// Roles and deciders: see people.h.
#include "runtime/engine/people.h"

#include <set>

#include "runtime/engine/rows.h"

namespace endcap {

People::People(const abi::Program& program, const EngineOptions& options)
    : conflicts_(program.conflicts),
      names_(program.roles),
      scopes_(options.scopes),
      absences_(options.absences) {
  for (uint32_t role = 0; role < program.roles.size(); ++role) {
    numbers_.emplace(program.roles[role], role);
    const auto found = options.people.find(program.roles[role]);
    if (found == options.people.end()) continue;
    for (const std::string& person : found->second) roles_[person].insert(role);
  }
}

bool People::holds(const std::string& person, uint32_t role) const {
  const auto found = roles_.find(person);
  return found != roles_.end() && found->second.contains(role);
}

bool People::holds(const std::string& person, uint32_t role, const std::optional<std::string>& scope) const {
  return holds(person, role) && answers_for(scopes_, names_.at(role), person, scope);
}

template <typename Wanted>
std::optional<uint32_t> People::holds_for(const rows::Task& task, const std::string& person,
                                          const Wanted& wanted) const {
  for (const uint32_t role : roles_named(task.role_names)) {
    if (holds(person, role, task.scope) && wanted(role)) return role;
  }
  const auto escalated = roles_named(task.escalated_names);
  for (size_t i = 0; i < escalated.size(); ++i) {
    const bool narrowed = i < task.escalated_by.size();
    const auto scope = narrowed ? task.escalations.at(task.escalated_by[i]).scope : std::nullopt;
    if (holds(person, escalated[i], scope) && wanted(escalated[i])) return escalated[i];
  }
  return std::nullopt;
}

bool People::holds_in(const rows::Task& task, const std::string& person, uint32_t role) const {
  return holds_for(task, person, [&](uint32_t each) { return each == role; }).has_value();
}

// Who it was handed to and can't do it any more, since people change, holds nobody back.
std::optional<People::Held> People::may_do(const rows::Task& task, const std::string& person,
                                           Instant now) const {
  for (const std::string& whose : decides_for(person, now)) {
    const auto role = holds_for(task, whose, [&](uint32_t each) {
      const rows::Delegation* given = task.delegation_of(names_.at(each));
      return given == nullptr || given->to == whose || !holds_in(task, given->to, each);
    });
    if (role) return Held{*role, whose};
  }
  return std::nullopt;
}

std::vector<uint32_t> People::roles_named(const std::vector<std::string>& names) const {
  std::vector<uint32_t> roles;
  for (const std::string& name : names) {
    const auto found = numbers_.find(name);
    roles.push_back(found == numbers_.end() ? UINT32_MAX : found->second);
  }
  return roles;
}

const abi::RoleSet& People::held(const std::string& person) const {
  static const abi::RoleSet kNone;
  const auto found = roles_.find(person);
  return found == roles_.end() ? kNone : found->second;
}

People::Decider People::decider(const rows::Task& approval, const std::string& person,
                                const std::string& whose, const abi::Policy& policy) const {
  Decider decider{person, whose};
  for (const rows::Delegation& given : approval.delegations) {
    const auto role = numbers_.find(given.role);
    if (given.to == whose || role == numbers_.end()) continue;
    if (acts_as({given.to, given.to}, role->second, policy)) decider.not_for.insert(role->second);
  }
  return decider;
}

std::vector<People::Decider> People::decided(const rows::Task& approval, const abi::Policy& policy) const {
  std::vector<Decider> deciders;
  for (const rows::Decision& each : approval.decisions)
    deciders.push_back(decider(approval, each.person, each.whose(), policy));
  return deciders;
}

std::optional<uint32_t> People::acts_as(const Decider& decider, uint32_t role,
                                        const abi::Policy& policy) const {
  if (decider.not_for.contains(role)) return std::nullopt;
  const auto may = abi::capacity(held(decider.whose), role, policy, conflicts_, held(decider.person));
  return may && !may->barred_by ? std::optional(may->as) : std::nullopt;
}

std::optional<uint32_t> People::barred_by(const Decider& decider, uint32_t role,
                                          const abi::Policy& policy) const {
  const auto may = abi::capacity(held(decider.whose), role, policy, conflicts_, held(decider.person));
  return may ? may->barred_by : std::nullopt;
}

std::vector<std::string> People::assign(const std::vector<uint32_t>& roles,
                                        const std::vector<Decider>& approvers,
                                        const abi::Policy& policy) const {
  std::vector<abi::Decider> deciders;
  for (const Decider& approver : approvers)
    deciders.push_back({held(approver.whose), held(approver.person), approver.not_for});
  std::vector<std::string> assigned;
  for (const auto& place : abi::assign(roles, deciders, policy, conflicts_))
    assigned.push_back(place ? approvers[*place].person : std::string());
  return assigned;
}

std::vector<size_t> People::without_decider(const rows::Task& approval, const abi::Policy& policy,
                                            const std::vector<Decider>& decided, Instant now) const {
  std::vector<size_t> without;
  if (roles_.empty()) return without;
  const auto roles = roles_named(approval.role_names);
  // One of these each: what they may decide as, and who says it is one person.
  std::vector<std::vector<Decider>> everybody;
  std::set<std::string> used;
  for (const Decider& each : decided) {
    everybody.push_back({each});
    used.insert({each.person, each.whose});
  }
  for (const auto& [person, held] : roles_) {
    if (used.contains(person)) continue;
    std::vector<Decider> says;
    for (const std::string& whose : decides_for(person, now)) {
      if (!used.contains(whose)) says.push_back(decider(approval, person, whose, policy));
    }
    everybody.push_back(std::move(says));
  }
  const auto assigned = abi::assign(roles.size(), everybody.size(), [&](size_t who, size_t role) {
    std::optional<abi::Fit> best;
    for (const Decider& each : everybody[who]) {
      const auto as = acts_as(each, roles[role], policy);
      if (as && (!best || *as == roles[role])) best = *as == roles[role] ? abi::Fit::Own : abi::Fit::StandIn;
    }
    return best;
  });
  for (size_t role = 0; role < roles.size(); ++role) {
    if (!assigned[role]) without.push_back(role);
  }
  return without;
}

}  // namespace endcap
