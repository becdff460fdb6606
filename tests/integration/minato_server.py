"""A real minato-server on free loopback ports with a data folder of its own."""

from tests import program


class MinatoServer(program.Program):
    """Ready to serve once constructed. `flags` come after the harness's own, so they win."""

    def __init__(self, *flags):
        super().__init__(*command(*flags))
        try:
            self.grpc = self._port("grpc")
            self.admin = self._port("admin")
        except BaseException:
            self.kill()
            raise

    def _port(self, name):
        return int(self.wait_for(rf"^{name}\s+127\.0\.0\.1:(\d+)").group(1))


def command(*flags):
    return ("server/minato-server", "--grpc_address=127.0.0.1:0", "--admin_address=127.0.0.1:0",
            "--workers=2", "--data_dir=data", *flags)
