// The daemon's answers as people read them: lists, one instance, its history.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace endcap::command {

using Json = nlohmann::ordered_json;

std::string instances_table(const Json& answer, bool short_form);     // of GET /v1/instances
std::string schedules_table(const Json& answer, bool short_form);     // of GET /v1/schedules
std::string routes_table(const Json& answer, bool short_form);        // of GET /v1/routes
std::string held_table(const Json& answer, bool short_form);          // of GET /v1/held
std::string held_account(const Json& item, bool short_form);          // of GET /v1/held/{item}
std::string settled_line(const Json& answer, bool short_form);        // of POST /v1/held/{item}/...
std::string tasks_table(const Json& answer, bool short_form);         // of GET /v1/tasks
std::string totals_table(const Json& task, bool short_form);          // of GET /v1/tasks/{task}
std::string lines_table(const Json& answer, bool short_form);         // of GET /v1/tasks/{task}/lines
std::string instance_account(const Json& instance, bool short_form);  // of GET /v1/instances/{id}
std::string decision_line(const Json& answer, bool short_form);       // of POST /v1/tasks/{task}/decision
std::string delegation_line(const Json& answer, bool short_form);     // of POST /v1/tasks/{task}/delegation
std::string event_line(const Json& answer, bool short_form);          // of POST /v1/events
std::string resumed_line(const Json& answer, bool short_form);        // of POST /v1/instances/{id}/resume
std::string history_lines(const Json& answer, bool short_form);       // of GET /v1/instances/{id}/history

}  // namespace endcap::command
