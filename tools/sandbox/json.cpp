// Reading JSON without floats: a handler over nlohmann's own that keeps the text of a decimal.
#include "tools/sandbox/json.h"

namespace endcap::sandbox {
namespace {

class ExactHandler : public nlohmann::detail::json_sax_dom_parser<Json> {
 public:
  using Base = nlohmann::detail::json_sax_dom_parser<Json>;
  explicit ExactHandler(Json& document) : Base(document, false) {}
  bool number_float(double, const std::string& text) {
    std::string kept = text;
    return Base::string(kept);
  }
};

}  // namespace

std::expected<Json, std::string> parse_exact(std::string_view text) {
  if (text.find_first_not_of(" \r\n\t") == std::string_view::npos) return Json::object();
  Json root;
  ExactHandler handler(root);
  if (!Json::sax_parse(text.begin(), text.end(), &handler) || handler.is_errored()) {
    return std::unexpected("the body is not JSON");
  }
  return root;
}

std::string quote(std::string_view text) {
  return Json(std::string(text)).dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace endcap::sandbox
