// Deciders: see deciders.h.
#include "runtime/abi/deciders.h"

#include <functional>

namespace endcap::abi {
namespace {

std::optional<uint32_t> other_side(const RoleSet& held, uint32_t role, const Conflicts& conflicts) {
  for (const auto& [a, b] : conflicts) {
    if (a == role && held.contains(b)) return b;
    if (b == role && held.contains(a)) return a;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Capacity> capacity(const RoleSet& held, uint32_t role, const Policy& policy,
                                 const Conflicts& conflicts, const RoleSet& beside) {
  std::optional<Capacity> barred;
  const auto bar = [&](uint32_t side) {
    const auto own = other_side(held, side, conflicts);
    return own ? own : other_side(beside, side, conflicts);
  };
  const auto bars = bar(role);
  const auto free_as = [&](uint32_t as) {
    const auto by = bars ? bars : bar(as);
    if (by && !barred) barred = Capacity{as, by};
    return !by;
  };
  if (held.contains(role) && free_as(role)) return Capacity{role, std::nullopt};
  for (const auto& [stand_in, for_role] : policy.stand_ins) {
    if (for_role == role && held.contains(stand_in) && free_as(stand_in))
      return Capacity{stand_in, std::nullopt};
  }
  return barred;
}

// Kuhn's augmenting paths: the approvals of one policy row name a handful of roles.
std::vector<std::optional<size_t>> assign(const std::vector<uint32_t>& roles,
                                          const std::vector<Decider>& deciders, const Policy& policy,
                                          const Conflicts& conflicts) {
  std::vector<std::optional<size_t>> person_of(roles.size());
  for (size_t person = 0; person < deciders.size(); ++person) {
    std::vector<bool> seen(roles.size());
    std::function<bool(size_t)> place = [&](size_t who) {
      for (const bool by_stand_in : {false, true}) {  // an own role before someone else's
        for (size_t role = 0; role < roles.size(); ++role) {
          if (seen[role] || deciders[who].not_for.contains(roles[role])) continue;
          const auto may = capacity(deciders[who].held, roles[role], policy, conflicts, deciders[who].beside);
          if (!may || may->barred_by || (may->as != roles[role]) != by_stand_in) continue;
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
  return person_of;
}

}  // namespace endcap::abi
