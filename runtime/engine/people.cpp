// Roles and deciders: see people.h.
#include "runtime/engine/people.h"

#include <functional>

#include "runtime/engine/rows.h"

namespace endcap {

People::People(const abi::Program& program, const std::map<std::string, std::vector<std::string>>& people,
               PeopleScopes scopes)
    : conflicts_(program.conflicts), names_(program.roles), scopes_(std::move(scopes)) {
  for (uint32_t role = 0; role < program.roles.size(); ++role) {
    numbers_.emplace(program.roles[role], role);
    const auto found = people.find(program.roles[role]);
    if (found == people.end()) continue;
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

std::optional<uint32_t> People::may_do(const rows::Task& task, const std::string& person) const {
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

std::vector<uint32_t> People::roles_named(const std::vector<std::string>& names) const {
  std::vector<uint32_t> roles;
  for (const std::string& name : names) {
    const auto found = numbers_.find(name);
    roles.push_back(found == numbers_.end() ? UINT32_MAX : found->second);
  }
  return roles;
}

std::optional<uint32_t> People::acts_as(const std::string& person, uint32_t role,
                                        const abi::Policy& policy) const {
  if (holds(person, role)) return role;
  for (const auto& [stand_in, for_role] : policy.stand_ins) {
    if (for_role == role && holds(person, stand_in)) return stand_in;
  }
  return std::nullopt;
}

std::optional<uint32_t> People::conflict_with(const std::string& person, uint32_t as) const {
  for (const auto& [a, b] : conflicts_) {
    if (a == as && holds(person, b)) return b;
    if (b == as && holds(person, a)) return a;
  }
  return std::nullopt;
}

// Kuhn's augmenting paths: the approvals of one policy row name a handful of roles.
std::vector<std::string> People::assign(const std::vector<uint32_t>& roles,
                                        const std::vector<std::string>& approvers,
                                        const abi::Policy& policy) const {
  std::vector<std::optional<size_t>> person_of(roles.size());
  for (size_t person = 0; person < approvers.size(); ++person) {
    std::vector<bool> seen(roles.size());
    std::function<bool(size_t)> place = [&](size_t who) {
      for (int by_stand_in = 0; by_stand_in < 2; ++by_stand_in) {  // an own role before someone else's
        for (size_t role = 0; role < roles.size(); ++role) {
          const auto as = acts_as(approvers[who], roles[role], policy);
          if (seen[role] || !as || (*as != roles[role]) != (by_stand_in == 1) ||
              conflict_with(approvers[who], *as))
            continue;
          seen[role] = true;
          if (!person_of[role] || place(*person_of[role])) {
            person_of[role] = who;
            return true;
          }
        }
      }
      return false;
    };
    place(person);
  }
  std::vector<std::string> assigned(roles.size());
  for (size_t role = 0; role < roles.size(); ++role) {
    if (person_of[role]) assigned[role] = approvers[*person_of[role]];
  }
  return assigned;
}

}  // namespace endcap
