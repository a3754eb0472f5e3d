// Who may decide what: roles, stand-ins, conflicts, different people for several roles, and who covers whom.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "runtime/abi/deciders.h"
#include "runtime/abi/program.h"
#include "runtime/engine/engine.h"

namespace endcap {

namespace rows {
struct Task;
}

class People {
 public:
  People() = default;
  People(const abi::Program& program, const EngineOptions& options);

  // Who decides, and in whose place: `whose` is somebody who is away, or the person. Not for roles that were
  // handed to somebody else.
  struct Decider {
    std::string person, whose;
    abi::RoleSet not_for = {};
  };
  // The role by which somebody may do or decide something, and in whose place.
  struct Held {
    uint32_t role;
    std::string whose;
  };

  // Whose decisions the person takes then: their own and those of whom they cover; none while away.
  std::vector<std::string> decides_for(const std::string& person, Instant now) const {
    return endcap::decides_for(absences_, person, now);
  }
  const Absence* absence_of(const std::string& person, Instant now) const {
    return endcap::absence_of(absences_, person, now);
  }

  bool holds(const std::string& person, uint32_t role) const;
  // And answers for `scope` in it; no scope is the whole role.
  bool holds(const std::string& person, uint32_t role, const std::optional<std::string>& scope) const;
  // By this role, which is asked or which it was escalated to, could do a task that is no approval.
  bool holds_in(const rows::Task& task, const std::string& person, uint32_t role) const;
  // The role by which the person may do a task that is no approval: one of those that are asked, or that it
  // was escalated to, and that it was not handed to somebody else for.
  std::optional<Held> may_do(const rows::Task& task, const std::string& person, Instant now) const;
  // Their numbers in this program; UINT32_MAX, which nobody holds, for a role that it does not have.
  std::vector<uint32_t> roles_named(const std::vector<std::string>& names) const;
  // Of a number that is not UINT32_MAX.
  const std::string& name(uint32_t role) const { return names_.at(role); }
  // Of an approval under this policy, as it was handed to people.
  Decider decider(const rows::Task& approval, const std::string& person, const std::string& whose,
                  const abi::Policy& policy) const;
  // Those who have decided it.
  std::vector<Decider> decided(const rows::Task& approval, const abi::Policy& policy) const;
  // The role by which somebody may decide for `role`: the same, or one that stands in for it. Empty: none.
  std::optional<uint32_t> acts_as(const Decider& decider, uint32_t role, const abi::Policy& policy) const;
  // The role that conflicts, of who decides or of who is away, where they could decide for `role` otherwise.
  std::optional<uint32_t> barred_by(const Decider& decider, uint32_t role, const abi::Policy& policy) const;

  // Gives each of the roles a person of its own, as far as it goes: who decides for roles[i], or nobody. The
  // most roles are covered that can be; people who decided earlier keep a place. Who is away was looked at
  // when they decided.
  std::vector<std::string> assign(const std::vector<uint32_t>& roles, const std::vector<Decider>& approvers,
                                  const abi::Policy& policy) const;
  // Those of an approval's roles, by their places, that nobody is left for when these have decided and
  // everybody who is there helps, each for themselves or for whom they cover. None when nobody is known to
  // hold anything.
  std::vector<size_t> without_decider(const rows::Task& approval, const abi::Policy& policy,
                                      const std::vector<Decider>& decided, Instant now) const;

 private:
  // The first of a task's roles, those it was escalated to behind the others, that the person holds and that
  // `wanted` says yes to.
  template <typename Wanted>
  std::optional<uint32_t> holds_for(const rows::Task& task, const std::string& person,
                                    const Wanted& wanted) const;
  const abi::RoleSet& held(const std::string& person) const;

  std::map<std::string, abi::RoleSet> roles_;
  std::map<std::string, uint32_t> numbers_;
  abi::Conflicts conflicts_;
  std::vector<std::string> names_;
  PeopleScopes scopes_;
  Absences absences_;
};

}  // namespace endcap
