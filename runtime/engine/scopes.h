// What people answer for in a role that is narrowed: regions, stores.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace endcap {

// role -> person -> what the person answers for in it; "*": everything.
using PeopleScopes = std::map<std::string, std::map<std::string, std::vector<std::string>>>;

// No scope is the whole role. Who is not listed answers for nothing in particular.
inline bool answers_for(const PeopleScopes& scopes, const std::string& role, const std::string& person,
                        const std::optional<std::string>& scope) {
  if (!scope) return true;
  const auto in_role = scopes.find(role);
  if (in_role == scopes.end()) return false;
  const auto known = in_role->second.find(person);
  return known != in_role->second.end() && std::ranges::any_of(known->second, [&](const std::string& each) {
           return each == *scope || each == "*";
         });
}

}  // namespace endcap
