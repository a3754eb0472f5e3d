// Header lines of an answer.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "runtime/connect/answer.h"

namespace endcap::connect {

// "ETag: W/\"1\"" -> {"etag", "W/\"1\""}; empty when it is none.
std::pair<std::string, std::string> header_of(std::string_view line);
// Keeps what the connector goes by.
void keep_header(HttpAnswer& answer, std::string_view line);

}  // namespace endcap::connect
