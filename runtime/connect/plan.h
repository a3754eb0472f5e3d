// What a call is as HTTP requests: method, address, body, and how its answer is to be read.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "runtime/connect/wire.h"
#include "runtime/engine/connector.h"

namespace endcap::connect {

// A program as the connector needs it: its types, and a type for each view's key and for a list of each view.
struct Prepared {
  explicit Prepared(const abi::Program& program);
  std::string hash;
  abi::Types types;
  std::vector<abi::TypeId> view_key;       // Record of the key fields, in key order
  std::vector<abi::TypeId> view_list;      // List of the view's record
  std::vector<abi::TypeId> view_optional;  // Optional of it
};

struct Plan {
  std::string method = "GET";
  std::string tunnel;  // X-HTTP-Method of a POST
  std::string path;    // below the service root, percent-encoded, with the query
  std::string body;
  bool has_body = false;
  bool write = false;  // asks for a CSRF token; an attempt may have taken effect though nobody answers
  bool needs_etag = false;
  std::string entity_path;  // needs_etag: where to read it
  bool fresh_connection =
      false;  // a dead connection that is used again would make libcurl send a second time by itself

  enum class Answer { Nothing, One, Perhaps, Many, First, Exists } answer = Answer::Nothing;
  uint32_t view = 0;    // One, Perhaps, Many, First
  std::string wrapper;  // V2 function imports: the result may stand under this name
  const abi::Operation* operation = nullptr;
  std::string what;  // for messages: "A_PriceCondition"
};

OrMessage<Plan> plan_call(const Prepared& prepared, const CallRequest& request, Version version);

// The call's result value, out of the entities it was answered with.
OrMessage<std::string> pack_answer(const Prepared& prepared, const abi::Program& program, const Plan& plan,
                                   const std::vector<Json>& entities, Instant now);

std::string percent_encode(std::string_view text);

}  // namespace endcap::connect
