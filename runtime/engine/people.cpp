// Roles and deciders: see people.h.
#include "runtime/engine/people.h"

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

std::optional<uint32_t> People::holds_for(const rows::Task& task, const std::string& person) const {
  for (const uint32_t role : roles_named(task.role_names)) {
    if (holds(person, role, task.scope)) return role;
  }
  const auto escalated = roles_named(task.escalated_names);
  for (size_t i = 0; i < escalated.size(); ++i) {
    const bool narrowed = i < task.escalated_by.size();
    if (holds(person, escalated[i],
              narrowed ? task.escalations.at(task.escalated_by[i]).scope : std::nullopt))
      return escalated[i];
  }
  return std::nullopt;
}

std::optional<People::Held> People::may_do(const rows::Task& task, const std::string& person,
                                           Instant now) const {
  for (const std::string& whose : decides_for(person, now)) {
    if (const auto role = holds_for(task, whose)) return Held{*role, whose};
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

std::optional<uint32_t> People::acts_as(const Decider& decider, uint32_t role,
                                        const abi::Policy& policy) const {
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
  for (const Decider& approver : approvers) deciders.push_back({held(approver.whose), held(approver.person)});
  std::vector<std::string> assigned;
  for (const auto& place : abi::assign(roles, deciders, policy, conflicts_))
    assigned.push_back(place ? approvers[*place].person : std::string());
  return assigned;
}

std::vector<size_t> People::without_decider(const std::vector<uint32_t>& roles,
                                            const abi::Policy& policy) const {
  std::vector<size_t> without;
  if (roles_.empty()) return without;
  std::vector<abi::Decider> everybody;
  for (const auto& [person, held] : roles_) everybody.push_back({held});
  const auto assigned = abi::assign(roles, everybody, policy, conflicts_);
  for (size_t role = 0; role < roles.size(); ++role) {
    if (!assigned[role]) without.push_back(role);
  }
  return without;
}

}  // namespace endcap
