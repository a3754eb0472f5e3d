// How an engine in memory is set up: see options.h.
#include "tools/testing/options.h"

namespace endcap::testing {

EngineOptions options_of(const Project& project) {
  EngineOptions options;
  options.schedules.emplace();  // none, but for those that are started
  options.carriers.emplace();   // nor routes and syncs
  for (const RoleConfig& role : project.roles) {
    options.people[role.name] = role.people;
    options.scopes[role.name] = role.scopes;
  }
  for (const PartnerConfig& partner : project.partners) {
    auto& scopes = options.partners[partner.partner][partner.name];
    for (const auto& [scope, span] : partner.scopes) scopes.push_back(scope);
  }
  for (const AbsenceConfig& each : project.absences)
    options.absences.push_back({each.person, each.from, each.until, each.cover});
  for (const SystemConfig& system : project.systems) {
    options.attempts[system.name] = system.attempts;
    options.timeouts[system.name] = system.timeout;
    options.settles[system.name] = system.settle;
  }
  return options;
}

EngineOptions with_people(EngineOptions options, const abi::Program& program) {
  for (const std::string& role : program.roles) {
    auto& people = options.people[role];
    if (!people.empty()) continue;
    people.push_back("the " + role);
    options.scopes[role][people.front()] = {"*"};
  }
  return options;
}

}  // namespace endcap::testing
