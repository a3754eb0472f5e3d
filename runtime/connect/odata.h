// OData over HTTP, versions 2 and 4: one connector for all systems of a project, on a thread of its own.
//
// A call is one attempt. The connector fetches CSRF tokens and ETags, keeps to the rate limits of the
// operations, stops knocking on a door that does not open (circuit breaker), and says what happened in the
// terms of CallResult: nothing is retried here but a request that the system refused before processing it (a
// stale CSRF token, a stale ETag).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "runtime/engine/connector.h"

namespace endcap {

struct ODataSystem {
  std::string name;            // as in abi::System: "erp"
  std::string url;             // service root: "http://127.0.0.1:8600/erp"; http and https only
  std::string user, password;  // basic authentication; an empty user sends none. Never part of a message
  std::string protocol = "odata-v2";    // "odata-v2" | "odata-v4"
  Duration timeout = 30 * kSecond;      // of one attempt, when the request names none
  uint32_t in_flight_max = 32;          // requests on the wire at once; more wait here
  uint64_t body_bytes_max = 32u << 20;  // of one answer
  uint32_t breaker_failures = 10;       // attempts in a row that got no usable answer: the breaker opens
  Duration breaker_open = kSecond / 2;  // doubles up to `breaker_open_max` while the system stays away
  Duration breaker_open_max = 15 * kSecond;
};

// Outstanding calls are answered (Ambiguous when already sent, else Unavailable) when the connector is
// destroyed.
std::unique_ptr<Connector> make_odata_connector(std::vector<ODataSystem> systems);

}  // namespace endcap
