// Calls of partners, from what they send to what that is for the engine: an event, or a start.
#pragma once

#include "runtime/engine/engine_state.h"

namespace endcap {

struct ParsedCall {
  std::string home;  // whose partition remembers the key
  InboundCall call;
  std::optional<ParsedStart> start;  // once the key is remembered
};
// Refused in words that tell a partner nothing about others.
std::expected<ParsedCall, Refusal> parse_call(const EngineState& state, const InboundRequest& request,
                                              Instant now);

// What a start that a partner asked for came to, in words for the partner: no numbers of ours, and nothing
// about an instance that may be somebody else's.
std::expected<std::string, Refusal> start_answer(const std::expected<std::string, Refusal>& started,
                                                 const std::string& key);

}  // namespace endcap
