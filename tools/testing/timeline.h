// An instance's history as lines for people: what led to where a test failed.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "runtime/value/time.h"

namespace endcap::testing {

using Json = nlohmann::ordered_json;

// A member that is text or a number; empty when it is not there.
std::string member(const Json& entry, const char* name);

// "2026-11-20 09:00" there.
std::string local_text(Instant instant, const std::string& zone);

// "2026-11-20 15:00  escalated  gate.pricing  FinanceDirector"; the same thing for many elements at one
// moment is told once and counted.
std::vector<std::string> timeline_lines(const std::vector<Json>& entries, const std::string& zone);

}  // namespace endcap::testing
