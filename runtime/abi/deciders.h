// Who may decide what a policy asks: own roles and stand-ins, conflicts, different people for several roles.
// The check of a project against its people and the engine go by this one rule, so that whom the check finds
// eligible may decide.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "runtime/abi/program.h"

namespace endcap::abi {

using RoleSet = std::set<uint32_t>;                            // what one person holds
using Conflicts = std::vector<std::pair<uint32_t, uint32_t>>;  // Program::conflicts

// By what somebody decides for a role: the role itself, or one that stands in for it.
struct Capacity {
  uint32_t as = 0;
  // Another role of theirs that conflicts with `as`, or with the role that is decided for: they may not.
  std::optional<uint32_t> barred_by;
};
// A capacity that nothing bars before one that something does. Empty: they hold nothing that decides for it.
// What is held beside decides nothing, but bars: of somebody who decides by what another holds.
std::optional<Capacity> capacity(const RoleSet& held, uint32_t role, const Policy& policy,
                                 const Conflicts& conflicts, const RoleSet& beside = {});

// By what somebody decides, what bars them beside, and for which roles somebody else is to decide.
struct Decider {
  RoleSet held, beside = {}, not_for = {};
};

// By an own role, or by one that stands in for it.
enum class Fit : uint8_t { Own, StandIn };
// Gives each of so many roles somebody of its own, as far as it goes: their number, or empty. The most roles
// are covered that can be; those who stand further in front keep a place.
std::vector<std::optional<size_t>> assign(
    size_t roles, size_t people, const std::function<std::optional<Fit>(size_t person, size_t role)>& fits);

// The same of deciders: an index in `deciders`.
std::vector<std::optional<size_t>> assign(const std::vector<uint32_t>& roles,
                                          const std::vector<Decider>& deciders, const Policy& policy,
                                          const Conflicts& conflicts);

}  // namespace endcap::abi
