// grpc-gateway in front of the load service: gateway_cost measures it beside the others where Go is present.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"minato/load/pb"
)

func main() {
	upstream := flag.String("upstream", "", "HOST:PORT of the gRPC server")
	flag.Parse()
	mux := runtime.NewServeMux()
	err := pb.RegisterGatewayLoadServiceHandlerFromEndpoint(context.Background(), mux, *upstream,
		[]grpc.DialOption{grpc.WithTransportCredentials(insecure.NewCredentials())})
	if err != nil {
		log.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("listening on", listener.Addr())
	server := http.Server{Handler: mux, Protocols: new(http.Protocols)}
	server.Protocols.SetHTTP1(true)
	server.Protocols.SetUnencryptedHTTP2(true)
	log.Fatal(server.Serve(listener))
}
