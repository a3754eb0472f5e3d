// Deciders: see deciders.h.
#include "runtime/abi/deciders.h"

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
std::vector<std::optional<size_t>> assign(size_t roles, size_t people,
                                          const std::function<std::optional<Fit>(size_t, size_t)>& fits) {
  std::vector<std::optional<size_t>> person_of(roles);
  for (size_t person = 0; person < people; ++person) {
    std::vector<bool> seen(roles);
    std::function<bool(size_t)> place = [&](size_t who) {
      for (const Fit wanted : {Fit::Own, Fit::StandIn}) {  // an own role before someone else's
        for (size_t role = 0; role < roles; ++role) {
          if (seen[role] || fits(who, role) != wanted) continue;
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

std::vector<std::optional<size_t>> assign(const std::vector<uint32_t>& roles,
                                          const std::vector<Decider>& deciders, const Policy& policy,
                                          const Conflicts& conflicts) {
  return assign(roles.size(), deciders.size(), [&](size_t who, size_t role) -> std::optional<Fit> {
    const Decider& decider = deciders[who];
    if (decider.not_for.contains(roles[role])) return std::nullopt;
    const auto may = capacity(decider.held, roles[role], policy, conflicts, decider.beside);
    if (!may || may->barred_by) return std::nullopt;
    return may->as == roles[role] ? Fit::Own : Fit::StandIn;
  });
}

}  // namespace endcap::abi
