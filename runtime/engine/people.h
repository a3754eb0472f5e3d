// Who may decide what: roles, stand-ins, conflicts, and different people for several roles.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "runtime/abi/deciders.h"
#include "runtime/abi/program.h"
#include "runtime/engine/scopes.h"

namespace endcap {

namespace rows {
struct Task;
}

class People {
 public:
  People() = default;
  People(const abi::Program& program, const std::map<std::string, std::vector<std::string>>& people,
         PeopleScopes scopes);

  bool holds(const std::string& person, uint32_t role) const;
  // And answers for `scope` in it; no scope is the whole role.
  bool holds(const std::string& person, uint32_t role, const std::optional<std::string>& scope) const;
  // The role by which the person may do a task that is no approval: one of those that are asked, or that it
  // was escalated to.
  std::optional<uint32_t> may_do(const rows::Task& task, const std::string& person) const;
  // Their numbers in this program; UINT32_MAX, which nobody holds, for a role that it does not have.
  std::vector<uint32_t> roles_named(const std::vector<std::string>& names) const;
  // The role by which the person may decide for `role`: the same, or one that stands in for it. Empty: none.
  std::optional<uint32_t> acts_as(const std::string& person, uint32_t role, const abi::Policy& policy) const;
  // The role of the person that conflicts where they could decide for `role` otherwise.
  std::optional<uint32_t> barred_by(const std::string& person, uint32_t role,
                                    const abi::Policy& policy) const;

  // Gives each of the roles a person of its own, as far as it goes: person of roles[i], or empty. The most
  // roles are covered that can be; people who decided earlier keep a place.
  std::vector<std::string> assign(const std::vector<uint32_t>& roles,
                                  const std::vector<std::string>& approvers, const abi::Policy& policy) const;
  // Those of the roles, by their places, that nobody is left for though everybody helps. None when nobody is
  // known to hold anything.
  std::vector<size_t> without_decider(const std::vector<uint32_t>& roles, const abi::Policy& policy) const;

 private:
  const abi::RoleSet& held(const std::string& person) const;

  std::map<std::string, abi::RoleSet> roles_;
  std::map<std::string, uint32_t> numbers_;
  abi::Conflicts conflicts_;
  std::vector<std::string> names_;
  PeopleScopes scopes_;
};

}  // namespace endcap
