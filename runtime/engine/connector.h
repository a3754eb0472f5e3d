// What the engine asks of the systems and advisors around it. The engine owns intent, key, attempts and
// results; a connector makes one attempt.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "runtime/abi/program.h"

namespace endcap {

struct CallRequest {
  uint64_t call = 0;  // number of the pending call, for the reply
  const abi::Program* program = nullptr;
  enum class What : uint8_t {
    Operation,
    View,
    Navigation,
    Ask,     // did `key` already take effect? (Queryable)
    Advisor  // `input_hash` names the inputs
  } what = What::Operation;
  uint32_t target = 0;  // operation, view, navigation or advisor
  std::string
      payload;  // packed Record (operations), or packed list of key cells as a Record (views, navigations)
  abi::TypeId payload_type = abi::kNoType;
  std::string input_hash;  // Advisor: in hex
  std::string key;         // stable over retries and restarts; [A-Za-z0-9-], at most 40 characters
  uint32_t attempt = 1;
  Duration timeout = 30 * kSecond;  // real time, from the moment it leaves
  Duration turn_within =
      0;            // real time: when limits let it leave only later than this, it is NotSent; 0: whenever
  Instant now = 0;  // journal time of the attempt: the `as of` of what it reads
};

// What an advisor says of itself beside its answer.
struct AdvisorSays {
  std::string model, version;
  std::string confidence;              // a decimal from 0 to 1, as it was written; empty: it does not say
  std::optional<int64_t> age_seconds;  // since the answer was computed
};

struct CallResult {
  enum class Kind : uint8_t {
    Ok,        // value
    Rejected,  // a declared rejection: `rejection`
    Invalid,   // the system refused in a way the operation does not declare, or its answer does not fit the
               // view
    Unavailable,  // certainly not done (no connection, 429, 503 before processing): may be tried again
    Ambiguous,    // may have been done (timeout, connection lost, 5xx); Advisor: no answer within the timeout
    NotDone,      // answer to Ask: the key is unknown there
    NotSent,      // its turn did not come in time: certainly not done, and nobody's failure
  } kind = Kind::Ok;
  std::string value;  // packed value of the result type; empty for none
  uint32_t rejection = 0;
  std::string message;  // from the system, for people
  Duration retry_after = 0;
  AdvisorSays says;  // Advisor, Ok
};

class Connector {
 public:
  virtual ~Connector() = default;
  // Starts one attempt; `done` is called once, from any thread.
  virtual void start(CallRequest request, std::function<void(uint64_t call, CallResult)> done) = 0;
};

}  // namespace endcap
