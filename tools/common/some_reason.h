// A reason for a decision that a tool plays, where the approval demands one.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace endcap {

// `task` as the API shows it. The first reason that is listed, or as much of `text` as may be given.
inline std::string some_reason(const nlohmann::ordered_json& task, bool approves, const std::string& text) {
  const auto reasons = task.value("reasons", nlohmann::ordered_json::object());
  const char* const decided = approves && reasons.contains("approval") ? "approval" : "rejection";
  if (!reasons.contains(decided)) return text;
  const auto& wanted = reasons.at(decided);
  if (wanted.contains("values")) return wanted.at("values").front();
  return text.substr(0, wanted.value("length", text.size()));
}

}  // namespace endcap
