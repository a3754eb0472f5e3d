// Who is away, until when, and who decides in their place.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "runtime/value/time.h"

namespace endcap {

struct Absence {
  std::string person;
  Instant from = 0, until = 0;  // `until` is no part of it
  std::string cover;
};
using Absences = std::vector<Absence>;

// Null: there.
inline const Absence* absence_of(const Absences& absences, const std::string& person, Instant now) {
  const auto found = std::ranges::find_if(absences, [&](const Absence& each) {
    return each.person == person && each.from <= now && now < each.until;
  });
  return found == absences.end() ? nullptr : &*found;
}

// Whose decisions the person takes: their own, and those of whom they cover. None while they are away
// themselves: a cover has no cover.
inline std::vector<std::string> decides_for(const Absences& absences, const std::string& person,
                                            Instant now) {
  if (absence_of(absences, person, now)) return {};
  std::vector<std::string> whose{person};
  for (const Absence& each : absences) {
    if (each.cover == person && absence_of(absences, each.person, now) == &each) whose.push_back(each.person);
  }
  return whose;
}

// Who decides what the person would.
inline const std::string& decider_for(const Absences& absences, const std::string& person, Instant now) {
  const Absence* absence = absence_of(absences, person, now);
  return absence ? absence->cover : person;
}

}  // namespace endcap
