// Several calls in one request: the batches of OData 2.0 ("Batch Processing") and OData 4.0 (part 1, section
// 11.7), bodies of multipart/mixed (RFC 2046). Each call is a part of its own, in version 2 a changeset of
// its own: one is done, or refused, whatever becomes of the others.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/connect/answer.h"

namespace endcap::connect {

struct BatchPart {
  std::string method;
  std::string path;                  // below the service root, percent-encoded
  std::vector<std::string> headers;  // "Name: value"
  std::string body;
};
struct BatchBody {
  std::string content_type, body;
};
BatchBody write_batch(const std::vector<BatchPart>& parts, Version version);

// The answer of each part, by its place. None: the body does not say, and it may have been done. The message
// says why nothing can be read.
OrMessage<std::vector<std::optional<HttpAnswer>>> read_batch(const HttpAnswer& answer, size_t parts);

}  // namespace endcap::connect
