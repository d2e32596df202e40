# Writes GENERATED, a C++ source that holds the bytes of SOURCE as CONSTANT. A list of characters rather than a string
# literal: it takes any byte and any length. GCC reads 90 KB of it in half a second.
file(READ ${SOURCE} bytes HEX)
string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${bytes}")
file(WRITE ${GENERATED} "#include <string_view>

namespace ${NAMESPACE} {

static constexpr char kBytes[] = {${bytes}};
extern const std::string_view ${CONSTANT};
constinit const std::string_view ${CONSTANT}(kBytes, sizeof kBytes);

}  // namespace ${NAMESPACE}
")
